import { judgeSlo } from '../../load/slo/judge-slo.ts'
import { mergeResults } from '../../load/merge/merge-results.ts'
import { judgeMeasurement } from '../../load/verdict/verdict.ts'
import { deserializeLoadResult, serializeLoadResult } from '../json/load-result-json.ts'
import { requireOneLoad, type Shard } from './one-load.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>
type Merged = Extract<RunFile['generators'], { kind: 'merged' }>

/**
 * Adds up the measurements of all shards of a load to one run, whose SLOs are judged on the sum.
 * @param shards in any order.
 * @param runIdOf names the run by its start and commit.
 * @throws UserError if they don't belong together, or some are missing.
 */
export function mergeShards(
  shards: readonly Shard[],
  runIdOf: (run: Pick<RunFile, 'startedAt' | 'commit'>) => string,
): RunFile {
  const { runs, generators } = requireOneLoad(shards)
  const [first] = runs
  const startedAt = earliest(runs.map((run) => run.startedAt))
  const finished = runs.flatMap(({ finishedAt }) => finishedAt ?? []).toSorted()
  return {
    ...first,
    runId: runIdOf({ startedAt, commit: first.commit }),
    status: 'complete',
    startedAt,
    finishedAt: finished.at(-1) ?? null,
    generators: {
      kind: 'merged',
      startAt: generators.startAt,
      ...barrierOf(runs),
      namespace: generators.namespace,
      shards: runs.map(({ runId, environment }) => ({ runId, environment })),
    },
    scenarios: first.scenarios.map((scenario, index) =>
      scenario.state !== 'measured'
        ? scenario
        : mergeScenario(
            scenario,
            runs.map((run) => measuredAt(run, index)),
          ),
    ),
  }
}

/** The skew is the largest that any shard was told. */
function barrierOf(runs: readonly RunFile[]): Pick<Merged, 'barrier'> {
  const barriers = runs.flatMap(({ generators }) =>
    generators.kind === 'shard' ? (generators.barrier ?? []) : [],
  )
  const [first] = barriers
  if (first === undefined) return {}
  const skews = barriers.flatMap(({ skewMs }) => skewMs ?? [])
  return { barrier: { run: first.run, skewMs: skews.length === 0 ? null : Math.max(...skews) } }
}

function mergeScenario(first: Measured, entries: readonly Measured[]): Measured {
  const [one, ...others] = entries.map(({ result }) => deserializeLoadResult(result))
  if (one === undefined) throw new TypeError('there is nothing to merge')
  const { bounds } = first
  const result = mergeResults([one, ...others], bounds)
  const verdict = judgeMeasurement(result, bounds)
  const slo = bounds.length === 0 ? [] : judgeSlo(result, bounds)
  // An invalid measurement alone fails a shard's test; the whole load has its own verdict.
  const errors = entries.flatMap((entry, index) =>
    entry.error === null || entry.verdict.kind === 'invalid'
      ? []
      : [`shard ${index + 1}: ${entry.error}`],
  )
  const isGood =
    errors.length === 0 &&
    verdict.kind !== 'invalid' &&
    slo.every(({ outcome }) => outcome === 'met')
  return {
    ...first,
    testStatus: isGood ? 'passed' : 'failed',
    error: errors.length === 0 ? null : errors.join('\n'),
    result: serializeLoadResult(result),
    verdict,
    slo,
  }
}

function measuredAt(run: RunFile, index: number): Measured {
  const entry = run.scenarios[index]
  if (entry?.state === 'measured') return entry
  throw new TypeError(`${run.runId}: scenario ${index} was not measured`)
}

function earliest(times: readonly string[]): string {
  return times.toSorted()[0] ?? ''
}
