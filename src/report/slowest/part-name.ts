import { counted, formatMs, formatPercent } from '../../format.ts'

interface Part {
  readonly name: string
  readonly ms: number
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['generator', 'waiting for the generator'],
  ['replica', 'waiting for the local copy of the registrations'],
  ['redis', 'Redis'],
  ['nats', 'NATS'],
  ['http', 'HTTP'],
  ['other', 'other work'],
])

/** A part of a request's time, as a phrase in a sentence. */
export function partName(part: string): string {
  return NAMES.get(part) ?? part
}

/** Where a request's time went, largest part first: `redis 32 ms · nats 4 ms`; parts of no time are left out. */
export function partsText(parts: readonly Part[]): string {
  return byTime(parts)
    .filter(({ ms }) => ms > 0)
    .map(({ name, ms }) => `${name} ${formatMs(ms)}`)
    .join(' · ')
}

/**
 * Which part takes most of the time of some requests: `Of the time of the 10 slowest, 78 % was Redis.` `null` if they took
 * no time.
 */
export function largestPartSentence(
  requests: readonly { readonly parts: readonly Part[] }[],
): string | null {
  const [most, ...others] = partsOfAll(requests)
  if (most === undefined || !(most.ms > 0)) return null
  const share = most.ms / (most.ms + others.reduce((sum, { ms }) => sum + ms, 0))
  const of =
    requests.length === 1 ? 'the slowest' : `the ${counted(requests.length, 'slowest', 'slowest')}`
  return `Of the time of ${of}, ${formatPercent(share, 0)} was ${partName(most.name)}.`
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
