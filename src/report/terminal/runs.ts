import { counted, formatCount } from '../../format.ts'
import { begunFaults } from '../../run-file/fault-effects.ts'
import { intervalsOf } from '../../run-file/json/intervals-json.ts'
import { WORST_OUTCOME_FIRST } from '../../run-file/outcome.ts'
import { systemText } from '../../environment/system.ts'
import { printable } from '../../printable.ts'
import { renderMicroBenchmarks } from './micro-benchmarks.ts'
import { renderBracket, renderCurve } from './capacity.ts'
import { renderEnding } from './ending.ts'
import { renderReport } from './scenario.ts'
import { paint } from './paint.ts'
import { left, renderTable } from './table.ts'
import { renderStretches } from './stretches.ts'
import type { Reference, RunFile } from '../../run-file/run-file.ts'
import type { RunLine, RunList } from '../summarise-runs.ts'

/** A table of runs. Whole lines without a final newline. */
export function renderRunList(runs: RunList['runs']): string {
  return runs.length === 0 ? '  no runs' : renderTable(COLUMNS, runs.map(row))
}

/** A run's name has its time and commit, too. */
const COLUMNS = [
  left('run'),
  left('when (UTC)', { drop: 1 }),
  left('commit', { drop: 3 }),
  left('backends', { drop: 2, wraps: true }),
  left('scenarios', { wraps: true }),
  left('outcome', { wraps: true }),
]

function row(run: RunLine): readonly string[] {
  const { runId, startedAt, commit, backends } = run
  const when = startedAt.slice(0, 19).replace('T', ' ')
  return [runId, when, commitText(commit), printable(backends), contents(run), outcomeText(run)]
}

function commitText(commit: RunFile['commit']): string {
  if (commit === null) return '–'
  const branch = commit.branch === null ? '' : ` ${printable(commit.branch)}`
  return `${commit.short}${commit.isDirty ? '+' : ''}${branch}`
}

const MAX_NAMES = 4

function contents({ scenarios, microBenchmarks, capacities }: RunLine): string {
  const names = scenarios.slice(0, MAX_NAMES).map(({ name }) => printable(name.split(':')[0] ?? ''))
  const parts = [
    ...names,
    ...(scenarios.length > MAX_NAMES ? [`${formatCount(scenarios.length - MAX_NAMES)} more`] : []),
    ...(microBenchmarks > 0 ? [counted(microBenchmarks, 'micro-benchmark')] : []),
    ...(capacities > 0 ? ['capacity'] : []),
  ]
  return parts.join(', ') || '–'
}

/** `2 passed, 1 failed`, worst first; with the run's status unless it is complete. */
function outcomeText({ scenarios, status }: RunLine): string {
  const outcomes = scenarios.map(({ outcome }) => outcome)
  const ends = [...WORST_OUTCOME_FIRST, 'measured' as const].flatMap((outcome) => {
    const count = outcomes.filter((other) => other === outcome).length
    return count === 0 ? [] : [`${formatCount(count)} ${outcome}`]
  })
  if (status !== 'complete') ends.unshift(status === 'running' ? 'killed or running' : status)
  const text = ends.join(', ') || '–'
  const isGood =
    status === 'complete' &&
    outcomes.every((outcome) => outcome === 'passed' || outcome === 'skipped') &&
    (outcomes.length === 0 || outcomes.includes('passed'))
  return paint(isGood ? 'green' : outcomes.includes('failed') ? 'red' : 'yellow', text)
}

/**
 * Everything that a run printed while it ran, from its file. Whole lines without a final newline.
 * @param run whose texts are harmless, see `printableRun`.
 */
export function renderRun(run: RunFile): string {
  const { system, generators, scenarios, microBenchmarks, capacities } = run
  const shard = generators.kind === 'shard' ? `, shard ${generators.shard} of ${generators.of}` : ''
  const merged =
    generators.kind === 'merged' ? `, ${counted(generators.shards.length, 'generator')}` : ''
  const groups = Map.groupBy(microBenchmarks, ({ group }) => group)
  const parts = [
    `${paint('bold', run.runId)}  ${systemText(system)}${shard}${merged}`,
    ...scenarios.map((scenario) => `${paint('bold', scenario.name)}\n${renderReport(scenario)}`),
    ...[...groups].map(([group, entries]) => {
      return `${paint('bold', group)}\n${renderMicroBenchmarks(entries)}`
    }),
    ...capacities.map((capacity) => {
      const heading = paint('bold', capacity.name)
      return `${heading}\n${renderCurve(capacity.probes)}\n\n${renderBracket(capacity)}`
    }),
    renderEnding(run),
    ...(run.status === 'complete' ? [] : [paint('yellow', STATUS[run.status])]),
  ]
  return parts.join('\n\n')
}

/** The result of the reference workload: `reference v1: Redis 85 µs, NATS 92 µs per round trip`. */
export function renderReference({ version, parts }: Reference): string {
  const times = parts.map(({ name, p50Ms }) => `${name} ${us(p50Ms)}`)
  return `reference v${version}: ${times.join(', ')} per round trip`
}

function us(ms: number): string {
  return `${formatCount(Math.round(ms * 1_000))} µs`
}

/**
 * How the figures of each load changed over time. Whole lines without a final newline.
 * @param run whose texts are harmless, see `printableRun`.
 * @param everySeconds the length of a stretch, a whole number ≥ 1.
 */
export function renderRunByStretches({ runId, scenarios }: RunFile, everySeconds: number): string {
  const parts = scenarios.map((scenario) => {
    const heading = paint('bold', scenario.name)
    if (scenario.state === 'unmeasured') return `${heading}\n  nothing was measured`
    const intervals = intervalsOf(scenario.state === 'lost' ? scenario : scenario.result)
    const seconds = intervals.reduce((most, { second }) => Math.max(most, second + 1), 0)
    const measuredMs = scenario.state === 'lost' ? seconds * 1_000 : scenario.result.measuredMs
    const faults = scenario.state === 'lost' ? [] : begunFaults(scenario.result)
    return `${heading}\n${renderStretches(intervals, measuredMs, everySeconds, { faults })}`
  })
  return [paint('bold', runId), ...parts].join('\n\n')
}

const STATUS = {
  running: '  This run was killed, or is still running: these are its results so far.',
  interrupted: '  Interrupted: these are the results until then.',
} as const
