import { expect, inject, recordArtifact, test as base, type TestContext } from 'vitest'
import type { Backends } from '../environment/backends.ts'
import type { Arrivals } from '../load/arrivals/arrivals.ts'
import { WHOLE, type Shard } from '../load/arrivals/shard.ts'
import { dispatchSetting } from '../load/dispatch/dispatch-option.ts'
import { MAX_TIMEOUT_MS, parseDurationMs, type Duration } from '../load/duration.ts'
import type { Feed } from '../load/feed/feed.ts'
import { generateLoad } from '../load/generator.ts'
import { InputError } from '../load/input-error.ts'
import type { MetricDeclarations, NoMetrics } from '../load/metrics/declare-metrics.ts'
import type { NoTags, TagDeclarations } from '../load/notes/tags.ts'
import type { LoadResult } from '../load/result.ts'
import { scaleThroughput } from '../load/slo/scale-throughput.ts'
import type { Slos } from '../load/slo/slo.ts'
import type { VerdictOverrides } from '../load/verdict/verdict-thresholds.ts'
import { defineWorkload, type Operations, type Workload } from '../load/workload.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import { serializeLoadResult } from '../results/load-result-json.ts'
import { workloadHash } from '../results/workload-hash.ts'
import type { Subscribers } from '../subscribers/subscriber-host.ts'
import { checkLoad } from './check-load.ts'
import { latencyChart } from './latency-chart.ts'
import { offerOf, wasOffered } from './offered-rate.ts'
import {
  durationMsOf,
  durationOf,
  profileSettings,
  type Profile,
  type ProfiledDuration,
} from './profile.ts'
import { ProgressSender } from './progress-channel.ts'
import { SCENARIO_ARTIFACT } from './scenario-artifact.ts'
import { scenarioSources } from './scenario-sources.ts'
import { shareSettings } from './share-settings.ts'
import { isOfShare, judgementOf, toMeetSlo, unmetDefaults } from './slo-matcher.ts'
import { openTestbed, type Testbed } from './testbed.ts'

/** A load as a scenario writes it. */
export interface Load<Row = unknown, Tags = NoTags, Declared = NoMetrics> {
  /** What one request does, by operation name; each a function, or with a weight. */
  readonly operations: Operations<NoInfer<Row>, NoInfer<Tags>, NoInfer<Declared>>
  /** Rows for the requests, each of which has one as `request.data`: `feed(rows, 'shuffled')`. */
  readonly data?: Feed<Row>
  /**
   * Tags that a request may set, with their values: `{ cache: ['hit', 'miss'] }`. Its figures are split by
   * them. Up to 20 values, all tags together.
   */
  readonly tags?: Tags
  /** Metrics that a request may write to: `{ bytes: counter('bytes'), ttfb: trend('ms') }`. Up to 50. */
  readonly metrics?: Declared
  readonly arrivals: Arrivals
  /** How long it is measured; `BENCH_PROFILE` chooses, `BENCH_DURATION` overrides. */
  readonly duration: ProfiledDuration
  /** Requests sent first and left out of the figures. Default `2s`. */
  readonly warmUp?: Duration
  /** Requests due while this many run are dropped; one that timed out runs until it has stopped. Default 10,000. */
  readonly maxInFlight?: number
  /** Default `5s`; 35 min at most. */
  readonly timeout?: Duration
  /** How long requests under way are waited for at the end. Default `10s`; 35 min at most. */
  readonly gracePeriod?: Duration
  /** Of the draw of operations, and of the order of a shuffled feed. Default 1. */
  readonly seed?: number
  /**
   * The fixture of that name, from a scenario that can be run in shares: one that prepares only the
   * part of a share, and whose requests get along with those of other shares.
   */
  readonly share?: Shard
  /**
   * Asserted when the load has ended, as by `expect.soft(result).toMeetSlo(slo)`: the test goes on,
   * but fails. It is read before the load starts, so that a mistake in it costs no run. An SLO with
   * `every`, and so one with `abortOnFail`, has to be given here, for its windows are judged as the
   * load runs; any other may as well be asserted afterwards.
   */
  readonly slo?: Slos
  /**
   * What the load depends on that neither its source nor the rest says, such as options of a command
   * line: plain data, by which results of different loads are told apart.
   */
  readonly parameters?: unknown
  /**
   * Without it, more than 99 % of the requests have to succeed, unless an SLO bounds the success rate.
   */
  readonly allowFailures?: boolean
  /**
   * Without it, more than 99 % of the messages that are sent have to be received, unless an SLO bounds
   * the delivery rate.
   */
  readonly allowUndelivered?: boolean
  /** Thresholds of this load's verdict that differ from `VERDICT_THRESHOLDS`. */
  readonly verdict?: VerdictOverrides
}

/** Sends requests, and gives what was measured; its types flow from the load to its operations. */
export type LoadFixture = <
  Row = undefined,
  const Tags extends TagDeclarations = NoTags,
  Declared extends MetricDeclarations = NoMetrics,
>(
  load: Load<Row, Tags, Declared>,
) => Promise<LoadResult>

/** Under which profile a scenario runs, for patterns that depend on it. */
export interface RunProfile {
  readonly name: Profile
  /** A duration as `load` would read it, for arrivals that take as long as the load. */
  durationOf(duration: ProfiledDuration): Duration
}

/**
 * The test of a `*.load.ts` file. Its fixtures:
 *
 * - `load` sends requests and gives what was measured, to be held against an SLO: by `slo` in the
 *   load itself, or afterwards by `expect(result).toMeetSlo(…)`. What it measured is in the run file however the test ends.
 * - `registry` is connected to the servers under test, with a namespace of the test's own that is
 *   cleared afterwards.
 * - `subscribers` hosts receivers of that namespace's multicasts in another process.
 * - `share` is the part of the load that this run makes, of `--shard 2/5`; all of it without.
 * - `openTestbed` opens further namespaces, each with a registry and receivers of its own.
 * - `backends` says what is measured.
 * - `profile` is what `BENCH_PROFILE` and `BENCH_DURATION` say.
 */
export const test = base
  .extend('profile', (): RunProfile => {
    const settings = profileSettings(process.env)
    return {
      name: settings.profile,
      durationOf: (duration) => durationOf(duration, settings),
    }
  })
  .extend('backends', (): Backends => inject('backends'))
  .extend('share', (): Shard => shareSettings(process.env)?.share ?? WHOLE)
  .extend('openTestbed', ({ backends }, { onCleanup }) => {
    const shared = shareSettings(process.env)
    const opened: Testbed[] = []
    onCleanup(async () => {
      await Promise.all(opened.map((testbed) => testbed.close()))
    })
    return async (name: string): Promise<Testbed> => {
      const testbed = await openTestbed(backends, name, shared)
      opened.push(testbed)
      return testbed
    }
  })
  .extend('testbed', ({ task, openTestbed: open }): Promise<Testbed> => open(task.name))
  .extend('registry', ({ testbed }): MulticastRegistry => testbed.registry)
  .extend('subscribers', ({ testbed }): Promise<Subscribers> => testbed.startSubscribers())
  .extend('load', ({ task, signal, annotate }, { onCleanup }) => {
    const settings = profileSettings(process.env)
    const dispatch = dispatchSetting(process.env)
    const progress = new ProgressSender(inject('progressPath'))
    const offeredRate = inject('offeredRate')
    const shared = shareSettings(process.env)
    const loads: {
      readonly hash: string
      readonly running: Promise<LoadResult>
      readonly load: Load
    }[] = []
    onCleanup(async () => {
      progress.close()
      // A cancelled test is left at once; its load still hands over what it has.
      const settled = await Promise.allSettled(loads.map(({ running }) => running))
      const measured = settled.flatMap((load, index) => {
        if (load.status === 'rejected') return []
        const { hash = null, load: { slo, ...allowances } = {} } = loads[index] ?? {}
        // A test that was cancelled, or that doesn't await its load, has not asserted it.
        if (slo !== undefined) void toMeetSlo(load.value, slo)
        const result = serializeLoadResult(load.value)
        return [{ workloadHash: hash, result, ...judgementOf(load.value, allowances) }]
      })
      await recordArtifact(task, { type: SCENARIO_ARTIFACT, loads: measured })
      const unmet = measured.map(unmetDefaults).filter((text) => text !== null)
      if (unmet.length > 0 && !signal.aborted) throw new Error(unmet.join('\n'))
    })
    const measure = async (load: Load): Promise<LoadResult> => {
      checkLoad(load)
      const { operations, maxInFlight, seed, verdict } = load
      if (shared !== null) checkShare(load.share, shared.share)
      const durationMs = durationMsOf(load.duration, settings)
      const offer =
        offeredRate === undefined ? null : offerOf(load.arrivals, offeredRate, durationMs)
      // In the windows of a share, a share of the throughput is asked for.
      const scale = offer ?? (shared && { own: shared.share.of, offered: 1 })
      const slo =
        scale === null || load.slo === undefined ? load.slo : scaleThroughput(load.slo, scale)
      const arrivals = offer?.arrivals ?? load.arrivals
      const times = {
        durationMs,
        warmUpMs: parseDurationMs(load.warmUp ?? '2s', 'warmUp'),
        timeoutMs: parseDurationMs(load.timeout ?? '5s', 'timeout', MAX_TIMEOUT_MS),
        gracePeriodMs: parseDurationMs(load.gracePeriod ?? '10s', 'gracePeriod', MAX_TIMEOUT_MS),
      }
      const hash = workloadHash(scenarioSources(task.file.filepath), {
        arrivals: arrivals.label,
        ...times,
        maxInFlight: maxInFlight ?? null,
        seed: seed ?? 1,
        weights: weightsOf(defineWorkload(operations, seed ?? 1)),
        parameters: load.parameters,
        data: load.data === undefined ? null : [load.data.mode, load.data.rows.length],
      })
      const index = loads.length
      const running = generateLoad({
        operations,
        arrivals,
        ...times,
        ...notesOf(load),
        ...(maxInFlight === undefined ? {} : { maxInFlight }),
        ...(seed === undefined ? {} : { seed }),
        ...(slo === undefined ? {} : { slo }),
        ...(verdict === undefined ? {} : { verdict }),
        ...(shared === null ? {} : { share: shared.share, startAtMs: shared.startAtMs }),
        dispatch,
        signal,
        onProgress: (state) => progress.send({ testId: task.id, load: index, progress: state }),
      })
      loads.push({ hash, running, load })
      const result = await running
      if (shared !== null) isOfShare(result)
      if (offer !== null) wasOffered(result, offer)
      if (signal.aborted) return result
      await showChart(result, annotate)
      if (load.slo !== undefined) expect.soft(result).toMeetSlo(load.slo)
      return result
    }
    // Requests are made by the load, so they have what its operations ask of them.
    return measure as LoadFixture
  })

/** What requests read and write, as far as it is declared. */
function notesOf({ data, tags, metrics }: Load): Pick<Load, 'data' | 'tags' | 'metrics'> {
  return {
    ...(data === undefined ? {} : { data }),
    ...(tags === undefined ? {} : { tags }),
    ...(metrics === undefined ? {} : { metrics }),
  }
}

function weightsOf({ operations }: Workload): Readonly<Record<string, number>> {
  return Object.fromEntries([...operations].map(([name, { weight = 1 }]) => [name, weight]))
}

/** @throws InputError for a scenario that knows nothing of shares: their preparations would collide. */
function checkShare(given: Shard | undefined, share: Shard): void {
  if (given?.index === share.index && given.of === share.of) return
  throw new InputError(
    `This scenario can't be run in shares: one that can takes the fixture "share", prepares that part, and hands it on, as load({ …, share }).`,
  )
}

/** For Vitest's UI and its HTML report. */
async function showChart(result: LoadResult, annotate: TestContext['annotate']): Promise<void> {
  const body = latencyChart(serializeLoadResult(result))
  if (body === null) return
  const image = { contentType: 'image/svg+xml', body, bodyEncoding: 'utf-8' } as const
  await annotate(`response times, ${result.arrivals}`, 'chart', image)
}

expect.extend({ toMeetSlo })

export { expect }
export { numbersIn } from '../load/arrivals/shard.ts'
export { burst } from '../load/arrivals/burst.ts'
export { constant } from '../load/arrivals/constant.ts'
export { poisson } from '../load/arrivals/poisson.ts'
export { ramp } from '../load/arrivals/ramp.ts'
export { replay } from '../load/arrivals/replay.ts'
export { feed } from '../load/feed/feed.ts'
export { counter, gauge, trend } from '../load/metrics/declare-metrics.ts'
export { sine } from '../load/arrivals/sine.ts'
export { stages } from '../load/arrivals/stages.ts'
export { steps } from '../load/arrivals/steps.ts'
