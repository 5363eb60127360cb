import { counted, formatCount, formatMs, formatMsOrDash, formatRate } from '../../format.ts'
import type { CapacitySearch } from '../../load/capacity.ts'
import type { LeastRequests } from '../../load/least-requests.ts'
import type { CapacityEntry, ProbeEntry } from '../../run-file/run-file.ts'
import { percentileText, withThinNote } from './percentile-text.ts'
import { paint } from './paint.ts'
import { left, renderTable, right } from './table.ts'

/** How long each rate is measured, why, and the lowest rate tried. */
export function renderLeast(
  { requests, because }: LeastRequests,
  { lowest }: CapacitySearch,
  durationMs: number,
): string {
  const why = because === null ? '' : `, because of ${because}`
  const below = lowest === 1 ? '' : `; no rate below ${formatRate(lowest)} is tried`
  return `  at least ${formatMs(durationMs)} and ${counted(requests, 'request')} per probe${why}${below}`
}

/** One probe in a line, while the search runs. */
export function renderProbe({ rate, outcome, reasons, response }: ProbeEntry): string {
  const times = `P50 ${formatMsOrDash(response.p50Ms).padEnd(8)}  P99 ${formatMsOrDash(response.p99Ms).padEnd(8)}`
  const [reason = ''] = reasons
  const says = outcomeText(outcome)
  return `  ${formatRate(rate).padStart(10)}  ${times}  ${says}${reason === '' ? '' : `  ${reason}`}`
}

const CURVE = [
  right('rate'),
  right('achieved', { drop: 3 }),
  right('P50'),
  right('P95', { drop: 2 }),
  right('P99'),
  right('max', { drop: 1 }),
  right('lateness P99'),
  left('outcome'),
]

/** Rate against response times, the lowest rate first. */
export function renderCurve(probes: readonly ProbeEntry[]): string {
  const table = renderTable(
    CURVE,
    probes
      .toSorted((a, b) => a.rate - b.rate)
      .map(({ rate, achievedPerSecond, durationMs, response, latenessP99Ms, outcome }) => {
        const requests = (achievedPerSecond * durationMs) / 1_000
        return [
          formatRate(rate),
          formatRate(achievedPerSecond),
          percentileText(response.p50Ms, requests, 50),
          percentileText(response.p95Ms, requests, 95),
          percentileText(response.p99Ms, requests, 99),
          formatMsOrDash(response.maxMs),
          percentileText(latenessP99Ms, requests, 99),
          outcomeText(outcome),
        ]
      }),
  )
  return withThinNote(table)
}

/** The result in words: the rate held, and the limit above it. */
export function renderBracket({ bracket, probes }: CapacityEntry): string {
  const { passed, failed, limit, isConfirmed } = bracket
  const unsure = isConfirmed ? '' : '\n  The search was not finished: the bracket is not confirmed.'
  const runs = (rate: number): string => `${formatRate(rate)} (${runsAt(rate, probes)})`
  const gaveOut =
    failed === null
      ? null
      : limit === 'system'
        ? `at ${runs(failed)} the system missed its SLO`
        : `at ${runs(failed)} the generator was the limit`
  if (passed === null) {
    const found = gaveOut === null ? 'no rate was measured' : `no rate was held: ${gaveOut}`
    const tooBusy =
      limit === 'generator' ? '\n  Search again while nothing else runs on this machine.' : ''
    return `  capacity: ${paint('yellow', found)}${tooBusy}${unsure}`
  }
  const found =
    limit === 'system' && failed !== null
      ? `between ${formatRate(passed)} and ${formatRate(failed)}`
      : `at least ${formatRate(passed)}`
  const held = `${runs(passed)} held${gaveOut === null ? '' : `; ${gaveOut}`}`
  const advice =
    limit === 'generator'
      ? '\n  To look further, give the generator a core of its own, or spread the load over several.'
      : ''
  return `  capacity: ${paint('bold', found)}: ${held}${missedAbove(bracket, probes)}${advice}${unsure}`
}

/** If the generator saturated first: the lowest higher rate at which the system missed its SLO. */
function missedAbove(
  { failed, limit }: CapacityEntry['bracket'],
  probes: readonly ProbeEntry[],
): string {
  if (limit !== 'generator') return ''
  const missed = probes
    .filter(({ rate, outcome }) => outcome === 'system' && rate > (failed ?? 0))
    .map(({ rate }) => rate)
  if (missed.length === 0) return ''
  const lowest = Math.min(...missed)
  return `; at ${formatRate(lowest)} (${runsAt(lowest, probes)}) the system missed its SLO`
}

/** How often a rate was run, by outcome: `2 passed, 1 disturbed`. */
function runsAt(rate: number, probes: readonly ProbeEntry[]): string {
  const runs = probes.filter((probe) => probe.rate === rate)
  return (['passed', 'system', 'generator'] as const)
    .flatMap((outcome) => {
      const count = runs.filter((probe) => probe.outcome === outcome).length
      return count === 0 ? [] : [`${formatCount(count)} ${WORD[outcome]}`]
    })
    .join(', ')
}

const WORD = { passed: 'passed', system: 'missed', generator: 'disturbed' } as const

function outcomeText(outcome: ProbeEntry['outcome']): string {
  return paint(COLOR[outcome], WORD[outcome])
}

const COLOR = { passed: 'green', system: 'red', generator: 'yellow' } as const
