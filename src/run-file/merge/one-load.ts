import { isDeepStrictEqual } from 'node:util'
import type { MetricJson } from '../json/load-result-json.ts'
import type { Generators, RunFile, ScenarioEntry } from '../run-file.ts'
import { EXIT } from '../../exit-code.ts'
import { UserError } from '../../user-error.ts'
import { typedCommand } from '../../typed-command.ts'

/** A run file that is to be merged with others, by the name it was given. */
export interface Share {
  readonly path: string
  readonly run: RunFile
}

/** Run files that are not the shards of one load, or not all of them. Exit code 4. */
function mergeError(message: string): UserError {
  return new UserError(message, { exitCode: EXIT.notComparable })
}

type ShareOf = Extract<Generators, { kind: 'shard' }>

/** The shares of one load, in order, and what they say of themselves in common. */
export interface OneLoad {
  readonly runs: readonly [RunFile, ...RunFile[]]
  readonly generators: ShareOf
}

/**
 * Checks that runs are the shares of one load, each of them there once and measured to its end.
 * @throws UserError, exit code 4, naming the file, and what is different, missing or twice there.
 */
export function requireOneLoad(shares: readonly Share[]): OneLoad {
  const placed = shares.map(({ path, run }) => ({ path, run, generators: shareOf(path, run) }))
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

interface PlacedShare extends Share {
  readonly generators: ShareOf
}

/** What all shares of a load have in common, by what it is called. */
const IN_COMMON: Readonly<Record<string, (share: PlacedShare) => unknown>> = {
  'number of shares': ({ generators }) => generators.of,
  'start-at': ({ generators }) => generators.startAt,
  namespace: ({ generators }) => generators.namespace,
  commit: ({ run }) => run.commit && `${run.commit.short}${run.commit.isDirty ? '-dirty' : ''}`,
  profile: ({ run }) => run.profile,
  scenario: ({ run }) => run.scenarios.map(({ file, name }) => `${file}: ${name}`),
}

/** What a load's shares were to do. */
function planOf(entry: ScenarioEntry & { state: 'measured' }): Readonly<Record<string, unknown>> {
  const { arrivals, seed, warmUpMs, durationMs, verdictThresholds, operations } = entry.result
  const { metrics } = entry.result
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
    SLO: entry.bounds,
    'thresholds of the verdict': verdictThresholds,
  }
}

/** Histograms of other steps can't be added. */
function declaredOf(metric: MetricJson): readonly unknown[] {
  const { kind, name, unit } = metric
  return kind === 'trend' ? [kind, name, unit, metric.resolution] : [kind, name, unit]
}

function shareOf(path: string, { generators, status }: RunFile): ShareOf {
  if (generators.kind === 'merged') {
    throw mergeError(`${path} holds shares that are merged already.`)
  }
  if (generators.kind === 'one') {
    throw mergeError(
      `${path} is not a shard of a load but a whole load: ${typedCommand('bench', '<name> --shard 1/2 …')} makes shards.`,
    )
  }
  if (status !== 'complete') {
    throw mergeError(`${path}: share ${generators.shard} was not measured to its end: ${status}.`)
  }
  return generators
}

function requireMeasured({ path, run, generators }: PlacedShare): void {
  if (run.scenarios.length === 0) {
    throw mergeError(`${path}: share ${generators.shard} has measured no scenario.`)
  }
  for (const scenario of run.scenarios) {
    // What a share was to send and didn't would be missing from the requests of the whole.
    if (scenario.state === 'measured' && scenario.result.isInterrupted) {
      throw mergeError(
        `${path}: share ${generators.shard} was interrupted while it measured "${scenario.name}".`,
      )
    }
    if (scenario.state === 'measured' && scenario.testStatus !== 'cancelled') continue
    const why = scenario.error ?? scenario.testStatus
    throw mergeError(
      `${path}: share ${generators.shard} measured nothing of "${scenario.name}": ${why}`,
    )
  }
}

function requireSamePlan(first: PlacedShare, other: PlacedShare): void {
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

function requireAll(shares: readonly [PlacedShare, ...PlacedShare[]]): void {
  const { of } = shares[0].generators
  const paths = new Map<number, string>()
  for (const { path, generators } of shares) {
    const other = paths.get(generators.shard)
    if (other !== undefined) {
      throw mergeError(`Share ${generators.shard} of ${of} is there twice: ${other} and ${path}.`)
    }
    paths.set(generators.shard, path)
  }
  const missing = Array.from({ length: of }, (_, k) => k + 1).filter((share) => !paths.has(share))
  if (missing.length === 0) return
  throw mergeError(
    `Of ${of} shares, ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
