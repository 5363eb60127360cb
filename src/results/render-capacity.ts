import type { CapacityBracket } from '../load/capacity.ts'
import { formatMs } from '../load/duration.ts'
import type { ProbeEntry } from './judge-probe.ts'
import { paint } from './render-scenario.ts'
import { renderTable } from './render-table.ts'
import type { CapacityEntry } from './run-file.ts'

/** One probe in a line, as the search goes. */
export function renderProbe({ rate, outcome, reasons, response }: ProbeEntry): string {
  const times = `P50 ${time(response.p50Ms).padEnd(8)}  P99 ${time(response.p99Ms).padEnd(8)}`
  const [reason = ''] = reasons
  const says = outcomeText(outcome)
  return `  ${perSecond(rate).padStart(10)}  ${times}  ${says}${reason === '' ? '' : `  ${reason}`}`
}

/** Rate against response times, the lowest rate first. */
export function renderCurve(probes: readonly ProbeEntry[]): string {
  const left = { heading: 'outcome', align: 'left' } as const
  const right = ['rate', 'achieved', 'P50', 'P95', 'P99', 'max', 'lateness P99']
  return renderTable(
    [...right.map((heading) => ({ heading, align: 'right' }) as const), left],
    probes
      .toSorted((a, b) => a.rate - b.rate)
      .map(({ rate, achievedPerSecond, response, latenessP99Ms, outcome }) => [
        perSecond(rate),
        perSecond(Math.round(achievedPerSecond * 10) / 10),
        time(response.p50Ms),
        time(response.p95Ms),
        time(response.p99Ms),
        time(response.maxMs),
        time(latenessP99Ms),
        outcomeText(outcome),
      ]),
  )
}

/** What was found, in words: a capacity only where the system itself gave out. */
export function renderBracket({ bracket, probes }: CapacityEntry): string {
  const { passed, failed, limit, isConfirmed } = bracket
  const unsure = isConfirmed ? '' : '\n  The search was not finished: the bracket is not confirmed.'
  if (failed === null) {
    const found =
      passed === null ? 'no rate was measured' : `at least ${end(bracket.passed, probes)}`
    return `  capacity: ${found}${unsure}`
  }
  if (limit === 'generator') {
    const met =
      passed === null
        ? 'No rate passed.'
        : `${end(passed, probes)} passed: the system can take at least that.`
    return `  ${paint('yellow', 'no capacity found')}: at ${end(failed, probes)} the generator gave out, before the system did or together with it.\n  ${met} Give the generator a core of its own, or spread the load over several.${unsure}`
  }
  if (passed === null)
    return `  capacity: below ${end(failed, probes)}, the lowest rate tried${unsure}`
  return `  capacity: ${paint('bold', `between ${perSecond(passed)} and ${perSecond(failed)}`)}: ${end(passed, probes)} passed, at ${end(failed, probes)} the system gave out${unsure}`
}

/** A rate with how often it was run, and how many of those runs say the same. */
function end(rate: CapacityBracket['passed'], probes: readonly ProbeEntry[]): string {
  if (rate === null) return '–'
  const runs = probes.filter((probe) => probe.rate === rate)
  const passes = runs.filter(({ outcome }) => outcome === 'passed').length
  const agreeing = Math.max(passes, runs.length - passes)
  return `${perSecond(rate)} (${agreeing} of ${runs.length} runs)`
}

function outcomeText(outcome: ProbeEntry['outcome']): string {
  switch (outcome) {
    case 'passed':
      return paint('green', 'passed')
    case 'system':
      return paint('red', 'missed')
    case 'generator':
      return paint('yellow', 'generator gave out')
  }
}

function perSecond(rate: number): string {
  return `${rate.toLocaleString('en-US')}/s`
}

function time(ms: number | null): string {
  return ms === null ? '–' : formatMs(ms)
}
