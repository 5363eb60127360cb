import { formatCount, formatSeconds } from '../format.ts'
import { outcomeOf, type ScenarioOutcome } from '../run-file/outcome.ts'
import { ownErrors } from '../run-file/own-errors.ts'
import { renderGenerator, renderLateness } from './render-generator.ts'
import { renderNotes } from './render-notes.ts'
import { renderOperations } from './render-operations.ts'
import { paint, renderDetails, renderSlo, renderTotals, renderVerdict } from './render-scenario.ts'
import { renderUsers } from './render-users.ts'
import type { RunFile, ScenarioEntry } from '../run-file/run-file.ts'
import { typedCommand } from '../typed-command.ts'

/** All that is said of a scenario below its name: whole lines without a final newline. */
export function renderReport(entry: ScenarioEntry): string {
  if (entry.state === 'unmeasured') {
    return `  ${paint('red', 'nothing was measured')}: ${entry.error}`
  }
  if (entry.state === 'lost') {
    const { intervals, error } = entry
    const seconds = Math.max(0, ...intervals.map(({ second }) => second + 1))
    const ok = intervals.reduce((sum, interval) => sum + interval.ok, 0)
    const kept = `${seconds} s of it are kept, with ${formatCount(ok)} requests ok`
    return `  ${paint('red', 'interrupted')}: ${error}; ${kept}`
  }
  const { result, verdict, slo, bounds } = entry
  const length = formatSeconds(result.measuredMs)
  const warmUp = result.warmUpMs === 0 ? '' : ` after ${result.warmUpMs / 1_000} s of warm-up`
  const lines = [
    `  ${result.arrivals} for ${length}${warmUp}`,
    renderTotals(result),
    result.abortReason === null ? null : paint('red', `  ended early: ${result.abortReason}`),
    renderOperations(result),
    renderUsers(result),
    renderNotes(result, bounds),
    renderDetails(result),
    renderLateness(result),
    renderGenerator(result),
    renderVerdict(verdict),
    slo.length === 0 ? null : renderSlo(slo),
    slo.length === 0 && bounds.length > 0 ? SLO_OF_SHARE : null,
    ...ownErrors(entry.error).map((line) => paint('red', `  ${line}`)),
  ]
  return lines.filter((line) => line !== null).join('\n')
}

/** How each scenario ended. */
export function renderOutcomes({ scenarios }: Pick<RunFile, 'scenarios'>): string {
  return scenarios
    .map((scenario) => {
      const outcome = outcomeOf(scenario)
      return `  ${paint(OUTCOME_STYLE[outcome], outcome)}  ${scenario.name}`
    })
    .join('\n')
}

const SLO_OF_SHARE = `  SLO: judged on all shards together, by ${typedCommand('results', 'merge <a.json> <b.json> …')}`

const OUTCOME_STYLE = {
  passed: 'green',
  failed: 'red',
  inconclusive: 'yellow',
  interrupted: 'yellow',
  broken: 'red',
} as const satisfies Record<ScenarioOutcome, string>
