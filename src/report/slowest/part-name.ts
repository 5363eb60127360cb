import { formatCount, formatMs, formatPercent } from '../../format.ts'

interface Part {
  readonly name: string
  readonly ms: number
}

const SPENT: ReadonlyMap<string, string> = new Map([
  ['generator', 'waiting for the generator'],
  ['replica', 'waiting for the local copy of the registrations'],
  ['redis', 'waiting for Redis'],
  ['nats', 'waiting for NATS'],
  ['http', 'waiting for HTTP answers'],
  ['handlers', 'in handlers'],
  ['receivers', 'waiting for receivers that were paused'],
  ['other', 'on other work'],
])

/** How a request spent a part of its time. Of a client's call, it sees the wait only, not what the server did. */
function spent(part: string): string {
  return SPENT.get(part) ?? `waiting for ${part}`
}

/** Where a request's time went, largest part first: `redis 32 ms · nats 4 ms`; parts of no time are left out. */
export function partsText(parts: readonly Part[]): string {
  return byTime(parts)
    .filter(({ ms }) => ms > 0)
    .map(({ name, ms }) => `${name} ${formatMs(ms)}`)
    .join(' · ')
}

/**
 * The part that took most of the time of some requests: `The 10 slowest spent 78 % of their time waiting for Redis.` `null`
 * if they took no time. Time without spans may be that of a system whose client makes none, so the sentence says so.
 */
export function largestPartSentence(
  requests: readonly { readonly parts: readonly Part[] }[],
): string | null {
  const [most, ...others] = partsOfAll(requests)
  if (most === undefined || !(most.ms > 0)) return null
  const share = most.ms / (most.ms + others.reduce((sum, { ms }) => sum + ms, 0))
  const [who, whose] =
    requests.length === 1
      ? ['The slowest', 'its']
      : [`The ${formatCount(requests.length)} slowest`, 'their']
  const isBare = [most, ...others].every(({ name }) => name === 'other' || name === 'generator')
  const without = most.name === 'other' && isBare ? ', and no client made a span' : ''
  return `${who} spent ${formatPercent(share, 0)} of ${whose} time ${spent(most.name)}${without}.`
}

/** The parts of all of some requests, largest first. */
export function partsOfAll(
  requests: readonly { readonly parts: readonly Part[] }[],
): readonly Part[] {
  return byTime(summed(requests.flatMap(({ parts }) => parts)))
}

function summed(parts: readonly Part[]): readonly Part[] {
  const sums = new Map<string, number>()
  for (const { name, ms } of parts) sums.set(name, (sums.get(name) ?? 0) + ms)
  return [...sums].map(([name, ms]) => ({ name, ms }))
}

function byTime(parts: readonly Part[]): readonly Part[] {
  return parts.toSorted((a, b) => b.ms - a.ms)
}
