import { counted, formatCount, formatRate } from '../format.ts'
import { isMissedBeyondDoubt, worstFirst, type SloRow } from '../load/slo/slo-row.ts'
import {
  outcomeOf,
  ownErrors,
  WORST_OUTCOME_FIRST,
  type ScenarioOutcome,
} from '../run-file/outcome.ts'
import type { CapacityEntry, RunFile, ScenarioEntry } from '../run-file/run-file.ts'
import { boundText, sloCells } from './slo-cells.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/** The parts of a run that its sentence is about. */
type Ended = Pick<RunFile, 'scenarios' | 'status' | 'microBenchmarks' | 'capacities'> &
  Partial<Pick<RunFile, 'generators'>>

/** A run in one or two sentences. */
export interface RunSentence {
  /** That of the worst scenario. */
  readonly outcome: ScenarioOutcome
  /**
   * `Missed: multicast response P95 41.0 ms, bound 30 ms (1 of 9 SLOs). Measurement valid.` In one line, but
   * names in it are as they were given: escape it for where it is shown.
   */
  readonly text: string
}

/** How a run ended, why, and whether its figures can be trusted. */
export function runSentence(run: Ended): RunSentence {
  const outcome = worstOutcome(run)
  const isTold = outcome === 'interrupted' || run.status !== 'interrupted'
  const sentences = [
    headline(run, outcome),
    ...(isTold ? [] : ['Interrupted.']),
    ...(outcome === 'skipped' ? [] : skipped(run)),
    ...run.scenarios.filter(isMeasured).flatMap(unboundLosses),
    ...trust(run.scenarios.filter(isMeasured)),
  ]
  return { outcome, text: sentences.join(' ') }
}

function worstOutcome({ scenarios, status, microBenchmarks }: Ended): ScenarioOutcome {
  const outcomes = new Set(scenarios.map(endOf))
  // Scenarios that don't apply decide nothing, unless there is nothing else.
  if (outcomes.has('passed') || microBenchmarks.length > 0) outcomes.delete('skipped')
  if (status === 'interrupted') outcomes.add('interrupted')
  return WORST_OUTCOME_FIRST.find((outcome) => outcomes.has(outcome)) ?? 'passed'
}

/** A scenario whose process died is broken, as for exit codes. */
function endOf(scenario: ScenarioEntry): ScenarioOutcome {
  return scenario.state === 'lost' ? 'broken' : outcomeOf(scenario)
}

function headline(run: Ended, outcome: ScenarioOutcome): string {
  const { scenarios } = run
  const ended = scenarios.filter((scenario) => endOf(scenario) === outcome)
  const [first] = ended
  const others = ended.length < 2 ? '' : ` (${ended.length} of ${scenarios.length} scenarios)`
  const because = (reason: string): string =>
    first === undefined ? '' : `"${shortened(first.name)}": ${shortened(reason)}${others}`
  const measured = ended.filter(isMeasured)
  switch (outcome) {
    case 'broken':
      return `Broken: ${because(first?.state === 'measured' ? '' : (first?.error ?? ''))}.`
    case 'failed':
      return (
        missed(run, 'missed') ??
        `Failed: ${because(ownErrors(measured[0]?.error ?? null)[0] ?? 'the test')}.`
      )
    case 'inconclusive': {
      const reason = measured.map(reasonOf).find((text) => text !== null) ?? null
      return reason === null
        ? (missed(run, 'inconclusive') ?? 'Inconclusive.')
        : `Inconclusive: ${because(reason)}.`
    }
    case 'interrupted': {
      if (scenarios.length === 0) {
        return ['Interrupted.', ...run.capacities.map(capacitySentence)].join(' ')
      }
      const ends = scenarios.map(endOf)
      const whole = ends.filter((end) => end !== 'interrupted' && end !== 'skipped').length
      return `Interrupted: ${whole} of ${counted(scenarios.length, 'scenario')} measured in full.`
    }
    case 'skipped':
      return `Skipped: ${because(first?.state === 'unmeasured' ? first.error : '')}.`
    case 'passed':
      return passed(run)
  }
}

/** `1 scenario skipped.` */
function skipped({ scenarios }: Ended): readonly string[] {
  const { length } = scenarios.filter((scenario) => outcomeOf(scenario) === 'skipped')
  return length === 0 ? [] : [`${counted(length, 'scenario')} skipped.`]
}

/** The worst bound of an outcome, and how many of all share its fate; `null` if there is none. */
function missed({ scenarios }: Ended, outcome: 'missed' | 'inconclusive'): string | null {
  const judged = scenarios
    .filter(isMeasured)
    .flatMap((scenario) =>
      scenario.slo.map((row) => ({ scenario, row, isJudged: isJudged(scenario, row) })),
    )
  const found = judged
    .filter(({ row, isJudged: counts }) => counts && row.outcome === outcome)
    .toSorted((a, b) => worstFirst(a.row, b.row))
  const [worst] = found
  if (worst === undefined) return null
  const { row, scenario } = worst
  const { operation, metric } = sloCells(row)
  const place = scenarios.length === 1 ? '' : ` in "${shortened(scenario.name)}"`
  const of =
    judged.length === 1 ? '' : ` (${formatCount(found.length)} of ${counted(judged.length, 'SLO')})`
  const word = outcome === 'missed' ? 'Missed' : 'Inconclusive'
  const figure =
    row.measured === null
      ? unmeasured(row)
      : `${shortened(operation)} ${shortened(metric)} ${measuredText(scenario, row)}`
  return `${word}: ${figure}, bound ${boundText(row)}${place}${of}.`
}

function passed({ scenarios, microBenchmarks, capacities, generators }: Ended): string {
  if (generators?.kind === 'shard') {
    return `Shard ${generators.shard} of ${generators.of} is measured: merge all shards to judge the load.`
  }
  const bounds = scenarios.filter(isMeasured).flatMap(({ slo }) => slo).length
  const parts = [
    ...(bounds === 0
      ? []
      : [bounds === 1 ? 'The SLO is met.' : `All ${formatCount(bounds)} SLOs are met.`]),
    ...(bounds === 0 && scenarios.some(isMeasured) ? ['No SLO was judged.'] : []),
    ...capacities.map(capacitySentence),
    ...(microBenchmarks.length === 0
      ? []
      : [`${counted(microBenchmarks.length, 'micro-benchmark')}.`]),
  ]
  return parts.length === 0 ? 'Nothing was measured.' : parts.join(' ')
}

function capacitySentence(capacity: CapacityEntry): string {
  return `Capacity of "${shortened(capacity.name)}": ${capacityText(capacity)}.`
}

/** A capacity in a few words: `between 1,200/s and 1,300/s`. */
export function capacityText({ bracket: { passed: held, failed, limit } }: CapacityEntry): string {
  if (held === null) return 'no rate was held'
  return limit === 'system' && failed !== null
    ? `between ${formatRate(held)} and ${formatRate(failed)}`
    : `at least ${formatRate(held)}`
}

/** Whether the figures of the measurements can be trusted. */
function trust(measured: readonly Measured[]): readonly string[] {
  const kinds = (['valid', 'degraded', 'invalid'] as const)
    .map((kind) => ({
      kind,
      count: measured.filter(({ verdict }) => verdict.kind === kind).length,
    }))
    .filter(({ count }) => count > 0)
  const [first, ...others] = kinds
  if (first === undefined) return []
  if (others.length === 0) {
    return [
      measured.length === 1
        ? `Measurement ${first.kind}.`
        : `${measured.length === 2 ? 'Both' : `All ${measured.length}`} measurements ${first.kind}.`,
    ]
  }
  return [
    `Measurements: ${kinds.map(({ kind, count }) => `${formatCount(count)} ${kind}`).join(', ')}.`,
  ]
}

/** Bounds of an invalid measurement decide nothing, unless failures decide them. */
function isJudged({ verdict }: Measured, row: SloRow): boolean {
  return verdict.kind !== 'invalid' || isMissedBeyondDoubt(row)
}

function reasonOf({ verdict }: Measured): string | null {
  return verdict.kind === 'invalid' ? (verdict.reasons[0]?.message ?? 'invalid') : null
}

/** `41.0 ms`, `12 of 3,000 registrations`. */
function measuredText({ result }: Measured, row: SloRow): string {
  const { figure, notes } = sloCells(row, result.operations)
  if (row.metric === 'lost') return `${figure} ${notes}`.trimEnd()
  return row.reason === undefined ? figure : `${figure} because ${row.reason}`
}

/** A loss that no bound judges is told all the same: `12 of 3,000 registrations of register lost.` */
function unboundLosses({ result, slo }: Measured): readonly string[] {
  if (slo.some(({ metric }) => metric === 'lost')) return []
  return result.operations.flatMap(({ name, losses }) => {
    if (losses?.kind !== 'known' || losses.lost === 0) return []
    const { lost, promised, of } = losses
    return [`${formatCount(lost)} of ${formatCount(promised)} ${of} of ${shortened(name)} lost.`]
  })
}

/** `delivery rate of multicast could not be measured`. */
function unmeasured(row: SloRow): string {
  const { operation, metric, figure } = sloCells(row)
  const of = operation === 'all' ? 'all operations' : shortened(operation)
  const name = `${shortened(metric)} of ${of}`
  if (row.outcome !== 'inconclusive') return `${name}: ${figure}`
  const because = row.reason === undefined ? '' : ` because ${row.reason}`
  return `${name} could not be measured${because}`
}

function isMeasured(scenario: ScenarioEntry): scenario is Measured {
  return scenario.state === 'measured'
}

/** Longer names and reasons are cut: a report has them in full. */
const MAX_QUOTED = 120

/** In one line, without a full stop, and cut if it is long. */
export function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '')
  const characters = Array.from(line)
  return characters.length <= MAX_QUOTED ? line : `${characters.slice(0, MAX_QUOTED - 1).join('')}…`
}
