import { isDeepStrictEqual } from 'node:util'
import type { MetricJson } from '../json/load-result-json.ts'
import type { Generators, RunFile, ScenarioEntry } from '../run-file.ts'
import { EXIT } from '../../exit-code.ts'
import { UserError } from '../../user-error.ts'
import { typedCommand } from '../../typed-command.ts'

/** A run file to be merged with others, by the name its user gave. */
export interface Shard {
  readonly path: string
  readonly run: RunFile
}

/** Run files that are not the shards of one load, or not all of them. Exit code 4. */
function mergeError(message: string): UserError {
  return new UserError(message, { exitCode: EXIT.notComparable })
}

type ShardGenerators = Extract<Generators, { kind: 'shard' }>

/** The shards of one load, in order, and the settings they share. */
export interface OneLoad {
  readonly runs: readonly [RunFile, ...RunFile[]]
  readonly generators: ShardGenerators
}

/**
 * Checks that runs are all shards of one load, each present once and measured to its end.
 * @throws UserError, exit code 4, naming the file, and the difference, or the shard that is missing or duplicated.
 */
export function requireOneLoad(shards: readonly Shard[]): OneLoad {
  const placed = shards.map(({ path, run }) => ({ path, run, generators: generatorsOf(path, run) }))
  const [first, ...others] = placed.toSorted((a, b) => a.generators.shard - b.generators.shard)
  if (first === undefined) throw mergeError('There are no run files to merge.')
  requireMeasured(first)
  for (const other of others) {
    for (const [what, of] of Object.entries(IN_COMMON)) {
      const [a, b] = [of(first), of(other)]
      if (isDeepStrictEqual(a, b)) continue
      throw mergeError(
        `${other.path} is not of the same load as ${first.path}: ${what} ${shown(b)}, not ${shown(a)}.`,
      )
    }
    requireMeasured(other)
    requireSamePlan(first, other)
  }
  requireAll([first, ...others])
  return { runs: [first.run, ...others.map(({ run }) => run)], generators: first.generators }
}

interface PlacedShard extends Shard {
  readonly generators: ShardGenerators
}

/** Settings that all shards of a load share, by name. */
const IN_COMMON: Readonly<Record<string, (shard: PlacedShard) => unknown>> = {
  'number of shards': ({ generators }) => generators.of,
  'start-at': ({ generators }) => generators.startAt,
  'meeting of the shards': ({ generators }) => generators.barrier?.run ?? null,
  namespace: ({ generators }) => generators.namespace,
  commit: ({ run }) => run.commit && `${run.commit.short}${run.commit.isDirty ? '-dirty' : ''}`,
  profile: ({ run }) => run.profile,
  scenario: ({ run }) => run.scenarios.map(({ file, name }) => `${file}: ${name}`),
}

/** The planned load of a shard, by setting. */
function planOf(entry: ScenarioEntry & { state: 'measured' }): Readonly<Record<string, unknown>> {
  const { arrivals, seed, warmUpMs, durationMs, verdictThresholds, operations } = entry.result
  const { metrics, faults } = entry.result
  const { whenFull, timeoutMs, gracePeriodMs } = entry.result.limits
  return {
    model: entry.result.model.kind,
    arrivals,
    seed,
    'warm-up (ms)': warmUpMs,
    'duration (ms)': durationMs,
    'timeout (ms)': timeoutMs,
    'grace period (ms)': gracePeriodMs,
    'what happens when full': whenFull,
    operations: operations.map(({ name }) => name),
    tags: operations.map(({ tags }) => tags.map(({ tag, value }) => [tag, value])),
    metrics: metrics.map(declaredOf),
    faults: faults.map(({ label, plannedAtMs }) => `${label} at ${plannedAtMs} ms`),
    SLO: entry.bounds,
    'thresholds of the verdict': verdictThresholds,
  }
}

/** Histograms of different resolutions can't be added. */
function declaredOf(metric: MetricJson): readonly unknown[] {
  const { kind, name, unit } = metric
  return kind === 'trend' ? [kind, name, unit, metric.resolution] : [kind, name, unit]
}

function generatorsOf(path: string, { generators, status }: RunFile): ShardGenerators {
  if (generators.kind === 'merged') {
    throw mergeError(`${path} holds shards that are already merged.`)
  }
  if (generators.kind === 'one') {
    throw mergeError(
      `${path} is a whole load, not a shard; ${typedCommand('bench', '<name> --shard 1/2 …')} makes shards.`,
    )
  }
  if (status !== 'complete') {
    throw mergeError(`${path}: shard ${generators.shard} was not measured to its end: ${status}.`)
  }
  return generators
}

function requireMeasured({ path, run, generators }: PlacedShard): void {
  if (run.scenarios.length === 0) {
    throw mergeError(`${path}: shard ${generators.shard} measured no scenario.`)
  }
  for (const scenario of run.scenarios) {
    // Requests that a shard did not send would be missing from the whole load.
    if (scenario.state === 'measured' && scenario.result.isInterrupted) {
      throw mergeError(
        `${path}: shard ${generators.shard} was interrupted while it measured "${scenario.name}".`,
      )
    }
    if (scenario.state === 'measured' && scenario.testStatus !== 'cancelled') continue
    const why = scenario.error ?? scenario.testStatus
    throw mergeError(
      `${path}: shard ${generators.shard} measured nothing of "${scenario.name}": ${why}`,
    )
  }
}

function requireSamePlan(first: PlacedShard, other: PlacedShard): void {
  for (const [index, a] of first.run.scenarios.entries()) {
    const b = other.run.scenarios[index]
    if (a.state !== 'measured' || b?.state !== 'measured') continue
    const [planA, planB] = [planOf(a), planOf(b)]
    for (const what of Object.keys(planA)) {
      if (isDeepStrictEqual(planA[what], planB[what])) continue
      throw mergeError(
        `${other.path} is not of the same load as ${first.path}: in "${a.name}", ${what} ${shown(planB[what])}, not ${shown(planA[what])}.`,
      )
    }
  }
}

function requireAll(shards: readonly [PlacedShard, ...PlacedShard[]]): void {
  const { of } = shards[0].generators
  const paths = new Map<number, string>()
  for (const { path, generators } of shards) {
    const other = paths.get(generators.shard)
    if (other !== undefined) {
      throw mergeError(`Shard ${generators.shard} of ${of} appears twice: ${other} and ${path}.`)
    }
    paths.set(generators.shard, path)
  }
  const missing = Array.from({ length: of }, (_, k) => k + 1).filter((shard) => !paths.has(shard))
  if (missing.length === 0) return
  throw mergeError(
    `Of ${of} shards, ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
