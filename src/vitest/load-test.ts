import { expect, inject, recordArtifact, test as base } from 'vitest'
import { WHOLE, type Shard } from '../load/arrivals/shard.ts'
import type { Arrivals } from '../load/arrivals/arrivals.ts'
import { dispatchSetting } from '../load/dispatch/technique.ts'
import { MAX_TIMEOUT_MS, parseDurationMs, type Duration } from '../load/duration.ts'
import { generateLoad } from '../load/generator.ts'
import { InputError } from '../input-error.ts'
import type { MeasuredPlan } from '../load/measure.ts'
import type { NotesPlan } from '../load/notes/load-notes.ts'
import type { LoadProgress } from '../load/recording/load-recorder.ts'
import type { LoadResult } from '../load/result.ts'
import { scaleThroughput } from '../load/slo/scale-throughput.ts'
import { generateUsers } from '../load/users/generate-users.ts'
import { readSession } from '../load/users/session.ts'
import { labelOf } from '../load/users/users.ts'
import { defineWorkload } from '../load/workload.ts'
import { serializeLoadResult } from '../run-file/json/load-result-json.ts'
import { workloadHash, type DeclaredLoad } from '../run-file/provenance/workload-hash.ts'
import { checkLoad, isOfUsers } from './check-load.ts'
import type { AnyLoad, CommonLoad, LoadFixture } from './load.ts'
import { outlineOf } from './load-outline.ts'
import { setMeasuredDuration } from './measured-duration.ts'
import { offerOf, refuseRate, type AdaptedResult } from './offered-rate.ts'
import {
  durationMsOf,
  durationOf,
  profileSettings,
  type Profile,
  type ProfiledDuration,
} from './profile.ts'
import type { RequestTraces } from '../traces/request-traces.ts'
import { requestTraces } from './request-tracing.ts'
import { ProgressSender } from './progress-channel.ts'
import { SCENARIO_ARTIFACT } from './scenario-artifact.ts'
import { scenarioSources } from './scenario-sources.ts'
import type { Facts } from './barrier/barrier-message.ts'
import { roundOf } from './barrier/barrier-subject.ts'
import { joinBarrier } from './barrier/join-barrier.ts'
import { barrierServers } from './barrier/meet.ts'
import { shardSettings, type ShardSettings } from './shard-settings.ts'
import { showLoads } from './show-load.ts'
import { judgementOf, toMeetSlo, unmetDefaults } from './slo-matcher.ts'

/** Under which profile a scenario runs, for patterns that depend on it. */
export interface RunProfile {
  readonly name: Profile
  /** A duration as `load` would read it, for arrivals that take as long as the load. */
  durationOf(duration: ProfiledDuration): Duration
}

/**
 * The test of a `*.load.ts` file, for any system. Its fixtures:
 *
 * - `load` sends requests, by arrivals or by users, and returns the result. Assert an SLO by `slo` in the
 *   load itself, or afterwards by `expect(result).toMeetSlo(…)`. However the test ends, the result is in
 *   the run file.
 * - `shard` is the part of the load that this run makes, as `--shard 2/5` says; by default all of it.
 * - `profile` is the profile that `BENCH_PROFILE` and `BENCH_DURATION` choose.
 *
 * `registry-test.ts` adds fixtures for the registry over Redis and NATS.
 */
export const test = base
  .extend('profile', (): RunProfile => {
    const settings = profileSettings(process.env)
    return {
      name: settings.profile,
      durationOf: (duration) => durationOf(duration, settings),
    }
  })
  .extend('shard', (): Shard => shardSettings(process.env)?.shard ?? WHOLE)
  .extend('load', ({ task, signal, annotate }, { onCleanup }) => {
    const settings = profileSettings(process.env)
    const dispatch = dispatchSetting(process.env)
    const progress = new ProgressSender(inject('progressPath') ?? '')
    const offeredRate = inject('offeredRate')
    const tellsExact = inject('tellsExact') ?? false
    const shared = shardSettings(process.env)
    const loads: {
      readonly hash: string
      readonly running: Promise<AdaptedResult>
      readonly load: CommonLoad
      readonly traces: RequestTraces | null
    }[] = []
    let isOver = false
    let skewMs: number | null = null
    onCleanup(async () => {
      isOver = true
      progress.close()
      // A cancelled test returns at once; its load still delivers its measurement.
      const settled = await Promise.allSettled(loads.map(({ running }) => running))
      const measured = settled.flatMap((load, index) => {
        if (load.status === 'rejected') return []
        const { hash = null, load: { slo, ...allowances } = {} } = loads[index] ?? {}
        // A test that was cancelled, or that doesn't await its load, has not asserted it.
        if (slo !== undefined) void toMeetSlo(load.value, slo)
        const result = serializeLoadResult(load.value)
        return [{ workloadHash: hash, result, ...judgementOf(load.value, allowances) }]
      })
      const resourceSpans = loads.flatMap(({ traces }) =>
        (traces?.resourceSpans ?? []).map((part) => JSON.stringify(part)),
      )
      await recordArtifact(task, {
        type: SCENARIO_ARTIFACT,
        loads: measured,
        skewMs,
        resourceSpans,
      })
      setMeasuredDuration(
        task,
        measured.map(({ result }) => result),
      )
      if (!signal.aborted) await showLoads(task, annotate, measured)
      const unmet = measured.map(unmetDefaults).filter((text) => text !== null)
      if (unmet.length > 0 && !signal.aborted) throw new Error(unmet.join('\n'))
    })
    const meetBeforeLoad = async (round: string, facts: Facts): Promise<number | null> => {
      if (shared?.start.kind !== 'barrier') return null
      const { runId, readyWithinMs } = shared.start
      const { index, of } = shared.shard
      const place = { natsUrls: barrierServers(process.env), name: runId, round }
      const party = { shard: index + 1, of, facts, readyWithinMs }
      const start = await joinBarrier(place, party, signal)
      if (start === null) return null
      skewMs = Math.max(skewMs ?? 0, start.skewMs)
      return start.startMs
    }
    const measure = async (load: AnyLoad): Promise<LoadResult> => {
      checkLoad(load)
      const { seed, verdict, faults } = load
      if (shared !== null) checkShard(load.shard, shared.shard)
      const durationMs = durationMsOf(load.duration, settings)
      if (offeredRate !== undefined && isOfUsers(load)) refuseRate()
      const offer =
        offeredRate === undefined || isOfUsers(load)
          ? null
          : offerOf(load.arrivals, offeredRate, durationMs)
      // A shard's windows are held to its part of the throughput bound.
      const scale = offer ?? (shared && { own: shared.shard.of, offered: 1 })
      const slo =
        scale === null || load.slo === undefined ? load.slo : scaleThroughput(load.slo, scale)
      const times = {
        durationMs,
        warmUpMs: parseDurationMs(load.warmUp ?? '2s', 'warmUp'),
        timeoutMs: parseDurationMs(load.timeout ?? '5s', 'timeout', MAX_TIMEOUT_MS),
        gracePeriodMs: parseDurationMs(load.gracePeriod ?? '10s', 'gracePeriod', MAX_TIMEOUT_MS),
      }
      const traces = requestTraces(task.fullTestName, slo)
      const hash = workloadHash(scenarioSources(task.file.filepath), {
        ...declaredBy(load, offer?.arrivals),
        ...times,
        seed: seed ?? 1,
        // Recording spans takes time of each request, so a history tells traced loads apart.
        parameters: traces === null ? load.parameters : { traced: load.parameters },
        data: load.data === undefined ? null : [load.data.mode, load.data.rows.length],
        faults: (faults ?? []).map(({ time, fault }) => [time, fault.label]),
      })
      const index = loads.length
      let isOutlined = false
      const plan = {
        ...times,
        ...notesOf(load),
        ...(seed === undefined ? {} : { seed }),
        ...(slo === undefined ? {} : { slo }),
        ...(verdict === undefined ? {} : { verdict }),
        ...(faults === undefined ? {} : { faults }),
        ...(traces === null ? {} : { tracer: traces }),
        ...(shared === null ? {} : { shard: shared.shard }),
        ...startOf(shared, () =>
          meetBeforeLoad(roundOf(task.file.filepath, task.fullTestName, index), {
            'the load': hash,
            'the random seed': String(seed ?? 1),
          }),
        ),
        dispatch,
        signal,
        tellsExact,
        onProgress: (state: LoadProgress) => {
          const outline = isOutlined
            ? {}
            : { outline: outlineOf(load, { ...times, slo }, offer?.arrivals) }
          isOutlined = true
          progress.send({ testId: task.id, load: index, ...outline, progress: state })
        },
      }
      const running = startLoad(load, plan, offer?.arrivals).then((result): AdaptedResult => ({
        ...result,
        isShard: shared !== null,
        offer,
      }))
      loads.push({ hash, running, load, traces })
      const result = await running
      if (signal.aborted) return result
      // Nobody awaits this promise, so Vitest reports its rejection as an error of the run.
      if (isOver) throw new InputError('The test ended before its load did: await load({ … }).')
      if (load.slo !== undefined) expect.soft(result).toMeetSlo(load.slo)
      return result
    }
    // Requests are made by the load, so they have what its operations ask of them.
    return measure as LoadFixture
  })

/** How a load of a shard waits for those of the others. */
function startOf(
  shared: ShardSettings | null,
  meet: () => Promise<number | null>,
): Pick<MeasuredPlan, 'startAtMs' | 'awaitStart'> {
  if (shared === null) return {}
  const { start } = shared
  return start.kind === 'at' ? { startAtMs: start.startAtMs } : { awaitStart: meet }
}

/** What requests read and write, as far as it is declared. */
function notesOf({ data, tags, metrics }: AnyLoad): Pick<CommonLoad, 'data' | 'tags' | 'metrics'> {
  return {
    ...(data === undefined ? {} : { data }),
    ...(tags === undefined ? {} : { tags }),
    ...(metrics === undefined ? {} : { metrics }),
  }
}

/** @param offered in place of the load's own arrivals. */
function startLoad(
  load: AnyLoad,
  plan: MeasuredPlan & NotesPlan,
  offered: Arrivals | undefined,
): Promise<LoadResult> {
  if (isOfUsers(load)) {
    return generateUsers({ ...plan, users: load.users, session: load.session })
  }
  const { operations, arrivals, maxInFlight } = load
  const room = maxInFlight === undefined ? {} : { maxInFlight }
  return generateLoad({ ...plan, ...room, operations, arrivals: offered ?? arrivals })
}

/** What a load says of itself that tells it from others, but for its times and its seed. */
function declaredBy(
  load: AnyLoad,
  offered: Arrivals | undefined,
): Pick<DeclaredLoad, 'arrivals' | 'maxInFlight' | 'weights'> {
  if (isOfUsers(load)) {
    const steps = [...readSession(load.session).steps.keys()]
    const weights = Object.fromEntries(steps.map((name) => [name, 1]))
    return { arrivals: labelOf(load.users), maxInFlight: null, weights }
  }
  const { operations } = defineWorkload(load.operations, load.seed ?? 1)
  const weights = Object.fromEntries(
    [...operations].map(([name, { weight = 1 }]) => [name, weight]),
  )
  const { label } = offered ?? load.arrivals
  return { arrivals: label, maxInFlight: load.maxInFlight ?? null, weights }
}

/** @throws InputError for a scenario that knows nothing of shards: their preparations would collide. */
function checkShard(given: Shard | undefined, shard: Shard): void {
  if (given?.index === shard.index && given.of === shard.of) return
  throw new InputError(
    `This scenario can't be sharded. Take the fixture "shard", prepare only that part, and pass it on: load({ …, shard }).`,
  )
}

expect.extend({ toMeetSlo })

export { expect }
export type { Load, LoadFixture, UsersLoad } from './load.ts'
export { numbersIn } from '../load/arrivals/shard.ts'
export { burst } from '../load/arrivals/burst.ts'
export { constant } from '../load/arrivals/constant.ts'
export { poisson } from '../load/arrivals/poisson.ts'
export { ramp } from '../load/arrivals/ramp.ts'
export { replay } from '../load/arrivals/replay.ts'
export { at } from '../load/faults/fault.ts'
export { drain, failover, kill, restart } from '../load/faults/lasting-faults.ts'
export { cut, fillDisk, partition, pause, slow } from '../load/faults/passing-faults.ts'
export { feed } from '../load/feed/feed.ts'
export { counter, gauge, trend } from '../load/metrics/declare-metrics.ts'
export { sine } from '../load/arrivals/sine.ts'
export { stages } from '../load/arrivals/stages.ts'
export { steps } from '../load/arrivals/steps.ts'
export { exponential, fixed, uniform } from '../load/users/think-time.ts'
export { rampUsers, users } from '../load/users/users.ts'
