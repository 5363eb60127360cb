import { EXIT, type ExitCode } from '../exit-code.ts'
import { isMissedBeyondDoubt } from '../load/slo/slo-row.ts'
import type { RunFile, ScenarioEntry } from './run-file.ts'

/**
 * How a scenario ended: `passed`; `failed` by a missed SLO or another assertion; `inconclusive` because the
 * measurement can't be trusted or decided nothing; `interrupted` by the user; `broken` before it measured
 * anything; or `skipped`, because it says itself that it doesn't apply to these servers.
 */
export type ScenarioOutcome = (typeof WORST_OUTCOME_FIRST)[number]

/** The outcomes, in the order in which reports list and choose them. */
export const WORST_OUTCOME_FIRST = [
  'broken',
  'failed',
  'inconclusive',
  'interrupted',
  'skipped',
  'passed',
] as const

/**
 * How one scenario ended. An invalid measurement is inconclusive, unless requests or deliveries failed for reasons
 * that the generator can't have caused.
 */
export function outcomeOf(scenario: ScenarioEntry): ScenarioOutcome {
  if (scenario.state === 'lost') return 'interrupted'
  if (scenario.testStatus === 'cancelled') return 'interrupted'
  if (scenario.testStatus === 'skipped') return 'skipped'
  if (scenario.state === 'unmeasured') return 'broken'
  if (scenario.slo.some(isMissedBeyondDoubt)) return 'failed'
  if (scenario.verdict.kind === 'invalid') return 'inconclusive'
  if (scenario.slo.some(({ outcome }) => outcome === 'missed')) return 'failed'
  if (scenario.slo.some(({ outcome }) => outcome === 'inconclusive')) return 'inconclusive'
  return scenario.testStatus === 'passed' ? 'passed' : 'failed'
}

/** The word for how a scenario of a run ended. Nothing of a shard has passed before all are merged and judged. */
export type OutcomeWord = ScenarioOutcome | 'measured'

/** How a scenario of a run ended, in the word that reports and files use. */
export function outcomeWord(
  scenario: ScenarioEntry,
  { generators }: Pick<RunFile, 'generators'>,
): OutcomeWord {
  const outcome = outcomeOf(scenario)
  return outcome === 'passed' && generators.kind === 'shard' ? 'measured' : outcome
}

/**
 * The error lines of a test apart from its SLO: a first line each, and further ones indented by 4 or more. An SLO's
 * own message is indented by 2, and repeats the report's tables.
 * @param error as in a run file: all errors of the test.
 */
export function ownErrors(error: string | null): readonly string[] {
  let isOwn = false
  return (error?.split('\n') ?? []).filter((line) => {
    if (/^\S/.test(line)) isOwn = true
    else if (/^ {2}\S/.test(line)) isOwn = false
    return isOwn
  })
}

/**
 * The exit code of a run: that of its worst scenario; broken is worse than failed, and failed than inconclusive.
 * Skipped scenarios decide nothing, unless there is nothing else.
 */
export function exitCodeOf(run: Pick<RunFile, 'scenarios' | 'microBenchmarks'>): ExitCode {
  const outcomes = new Set(run.scenarios.map(outcomeOf))
  const isLost = run.scenarios.some(({ state }) => state === 'lost')
  if (isLost || outcomes.has('broken')) return EXIT.broken
  if (outcomes.has('failed')) return EXIT.failed
  if (outcomes.has('inconclusive') || outcomes.has('interrupted')) return EXIT.inconclusive
  if (run.microBenchmarks.length > 0 || outcomes.has('passed')) return EXIT.good
  return outcomes.has('skipped') ? EXIT.inconclusive : EXIT.broken
}
