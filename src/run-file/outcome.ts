import { EXIT, type ExitCode } from '../exit-code.ts'
import { isMissedBeyondDoubt } from '../load/slo/slo-row.ts'
import type { RunFile, ScenarioEntry } from './run-file.ts'

/**
 * What a scenario says: `passed`; `failed`, by an SLO it missed or another assertion;
 * `inconclusive`, for the measurement can't be trusted or decided nothing; `interrupted` by the user;
 * or `broken`, before anything was measured.
 */
export type ScenarioOutcome = 'passed' | 'failed' | 'inconclusive' | 'interrupted' | 'broken'

/**
 * What one scenario says. A measurement that is invalid says nothing, unless requests or deliveries
 * failed that nothing the generator did can have caused.
 */
export function outcomeOf(scenario: ScenarioEntry): ScenarioOutcome {
  if (scenario.state === 'lost') return 'interrupted'
  if (scenario.testStatus === 'cancelled') return 'interrupted'
  if (scenario.state === 'unmeasured') return 'broken'
  if (scenario.slo.some(isMissedBeyondDoubt)) return 'failed'
  if (scenario.verdict.kind === 'invalid') return 'inconclusive'
  if (scenario.slo.some(({ outcome }) => outcome === 'missed')) return 'failed'
  if (scenario.slo.some(({ outcome }) => outcome === 'inconclusive')) return 'inconclusive'
  return scenario.testStatus === 'passed' ? 'passed' : 'failed'
}

/**
 * What a test failed by besides its SLO, a line each. An SLO's own message is indented, and repeats what the
 * tables of its report say.
 * @param error as a run file has it: the messages of all of the test's errors.
 */
export function ownErrors(error: string | null): readonly string[] {
  return error === null ? [] : error.split('\n').filter((line) => /^\S/.test(line))
}

/** How a run ends: as its worst scenario does, where broken is worse than failed, and failed than inconclusive. */
export function exitCodeOf(run: Pick<RunFile, 'scenarios' | 'microBenchmarks'>): ExitCode {
  const outcomes = new Set(run.scenarios.map(outcomeOf))
  const isLost = run.scenarios.some(({ state }) => state === 'lost')
  if (isLost || outcomes.has('broken')) return EXIT.broken
  if (outcomes.has('failed')) return EXIT.failed
  if (outcomes.has('inconclusive') || outcomes.has('interrupted')) return EXIT.inconclusive
  const isEmpty = run.scenarios.length === 0 && run.microBenchmarks.length === 0
  return isEmpty ? EXIT.broken : EXIT.good
}
