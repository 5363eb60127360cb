import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { formatCount, formatSeconds } from '../format.ts'
import type { Shard } from './arrivals/shard.ts'
import { nowMs } from './clock.ts'
import { openDispatch, type DispatchOption } from './dispatch/technique.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import type { RequestSource } from './dispatch/request-source.ts'
import { checkDue, type ScheduledFault } from './faults/fault.ts'
import { FaultInjection } from './faults/fault-injection.ts'
import type { Feed } from './feed/feed.ts'
import { InputError } from '../input-error.ts'
import type { NoMetrics } from './metrics/declare-metrics.ts'
import { LoadNotes, type NotesPlan } from './notes/load-notes.ts'
import { readTags, type NoTags } from './notes/tags.ts'
import { errorSample } from './recording/error-code.ts'
import { askDeliveries, askLosses } from './ask-operations.ts'
import { receiptsOfEach, receiptsSoFar } from './receipts-so-far.ts'
import { LoadRecorder, type LoadProgress } from './recording/load-recorder.ts'
import type { LoadResult, OperationAudit } from './result.ts'
import { checkCounted, checkFaultBounds, checkNoted, checkOperations } from './slo/check-bounds.ts'
import { withoutReceiversFault } from './slo/disturbed-receivers.ts'
import { readSlo, type Bound, type Slos } from './slo/slo.ts'
import { SloWindows } from './slo/slo-windows.ts'
import type { LoadTraces, RequestTracer } from './tracing/request-tracer.ts'
import {
  readVerdictThresholds,
  type VerdictOverrides,
  type VerdictThresholds,
} from './verdict/verdict-thresholds.ts'
import { checkingIn, countedIn, type Operation } from './workload.ts'

/** The plan common to open and closed loads. */
export interface MeasuredPlan<Row = unknown, Tags = NoTags, Declared = NoMetrics> {
  /** Rows for the requests. Default: they have none. */
  readonly data?: Feed<Row>
  /** Tags that requests may set, with their values: up to 20, all tags together. Default: none. */
  readonly tags?: Tags
  /** Metrics that requests write to. Default: none. */
  readonly metrics?: Declared
  /** Requests are sent for this long first and left out of the figures, in ms. Default 0. */
  readonly warmUpMs?: number
  /** The measured time after the warm-up, during which requests are started, in ms; > 0. */
  readonly durationMs: number
  /** A request that takes longer, from its actual start, has timed out, in ms. Default 5,000. */
  readonly timeoutMs?: number
  /** The time to wait for requests under way after the last due time, in ms. Default 10,000. */
  readonly gracePeriodMs?: number
  /**
   * The dispatch technique: `clock` starts requests within a few µs, by a thread that watches the clock;
   * `hybrid` and `spin` have a shorter tail, for up to one core; `timer` is within about 1 ms. Default
   * `auto`: `clock`, or `timer` if the system provides no thread.
   */
  readonly dispatch?: DispatchOption
  /** The random seed of operations or think times and of a shuffled feed. Default 1. */
  readonly seed?: number
  /**
   * Windowed bounds are judged while the load runs, and may end it early. Bounds on the whole run are
   * judged by `judgeSlo`; here they are only checked, before the load starts.
   */
  readonly slo?: Slos
  /**
   * The shard of the load to make; other generators make the others. A shard has its part of
   * `maxInFlight` or of the users. Default: the whole load.
   */
  readonly shard?: Shard
  /**
   * When the first request is due, in Unix ms, so that several generators start together. Default:
   * at once.
   */
  readonly startAtMs?: number
  /**
   * Called when the load is ready: waits for other generators, and resolves shortly before the first request
   * is due, with that time by `nowMs()`; `null` if the load was stopped first. In place of `startAtMs`.
   */
  readonly awaitStart?: () => Promise<number | null>
  /** Thresholds of the verdict on this load, where they differ from `VERDICT_THRESHOLDS`. */
  readonly verdict?: VerdictOverrides
  /** What breaks while it is measured, and when. Default: nothing. */
  readonly faults?: readonly ScheduledFault[]
  /** Traces its measured requests. Default: nothing does, which costs nothing. */
  readonly tracer?: RequestTracer
  /** Aborting ends the load early: the result is the measurement so far, marked as interrupted. */
  readonly signal?: AbortSignal | undefined
  /** Whether progress has exact times, for followers that keep figures of their own. Default: no. */
  readonly tellsExact?: boolean | undefined
  /** Called with the progress about twice per second. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
}

/** Between the call and the first request, so that the first is not late already. */
const LEAD_MS = 20
const PROGRESS_MS = 500

/** Each takes 0.9 MB of counts, and some 10 µs to be summed up after each second. */
const MAX_OPERATIONS = 200

/** Operations by name, with what they tell of their messages and promises. */
type Measured = ReadonlyMap<string, Pick<Operation, 'deliveries' | 'losses' | 'receiptsSoFar'>>

/** A plan that was read: its defaults filled in, its bounds checked. */
export interface Measurement {
  readonly operations: Measured
  readonly warmUpMs: number
  readonly durationMs: number
  readonly seed: number
  readonly limits: LoadResult['limits']
  readonly bounds: readonly Bound[]
  readonly verdictThresholds: VerdictThresholds
  readonly plan: Pick<
    MeasuredPlan,
    | 'dispatch'
    | 'startAtMs'
    | 'awaitStart'
    | 'signal'
    | 'onProgress'
    | 'tellsExact'
    | 'faults'
    | 'shard'
    | 'tracer'
  > &
    NotesPlan
}

/**
 * Reads a load's bounds and thresholds before it starts.
 * @throws InputError for more than 200 operations, bounds on anything that the load lacks, faults that are due too late, or invalid
 *   verdict thresholds.
 */
export function readMeasurement(
  plan: MeasuredPlan & NotesPlan,
  operations: Measured,
  room: Pick<LoadResult['limits'], 'maxInFlight' | 'whenFull'>,
): Measurement {
  const { durationMs, warmUpMs = 0, seed = 1, timeoutMs = 5_000, gracePeriodMs = 10_000 } = plan
  const bounds = plan.slo === undefined ? [] : readSlo(plan.slo)
  if (operations.size > MAX_OPERATIONS) {
    throw new InputError(
      `load: ${formatCount(operations.size)} operations or steps are too many; ${MAX_OPERATIONS} are possible, because each has histograms of its own. What differs only in its data is one of them: give it rows with \`data\`, and split its figures with \`tags\`.`,
    )
  }
  checkOperations(bounds, [...operations.keys()])
  checkCounted(bounds, countedIn(operations))
  checkFaultBounds(bounds, checkingIn(operations), plan.faults ?? [])
  checkNoted(bounds, { tags: readTags(plan.tags ?? {}), metrics: plan.metrics ?? {} })
  checkDue(plan.faults ?? [], durationMs)
  return {
    operations,
    warmUpMs,
    durationMs,
    seed,
    limits: { ...room, timeoutMs, gracePeriodMs },
    bounds,
    verdictThresholds: readVerdictThresholds(plan.verdict),
    plan,
  }
}

/**
 * Starts the requests of a source when they are due, and measures each of them.
 * @param sourceFrom makes the source, whose first request is due at `startMs` of `nowMs()` at the earliest.
 * @throws InputError if the load should have started already; ConservationError if a request got lost.
 */
export async function measure(
  { operations: measured, warmUpMs, durationMs, seed, ...measurement }: Measurement,
  sourceFrom: (startMs: number) => RequestSource,
): Promise<Omit<LoadResult, 'model' | 'arrivals'>> {
  const { limits, bounds, verdictThresholds, plan } = measurement
  const operations = [...measured.keys()]
  const opened = await openDispatch(plan.dispatch ?? 'auto')
  let progressTimer: NodeJS.Timeout | undefined
  let faults: FaultInjection | undefined
  try {
    const startMs = await startTime(plan)
    const source = sourceFrom(startMs)
    const { measureStartMs } = source
    const startedAt = new Date(Date.now() + measureStartMs - nowMs()).toISOString()

    const notes = new LoadNotes(plan, seed, measureStartMs + durationMs)
    const tellsExact = plan.tellsExact === true && plan.onProgress !== undefined
    const recorder = new LoadRecorder(operations, measureStartMs, durationMs, notes, tellsExact)
    const isWindowed = bounds.some(({ everyMs }) => everyMs !== null)
    const windowPlan = {
      operations,
      measureStartMs,
      durationMs,
      disturbances: () => faults?.disturbances ?? [],
    }
    const windows = isWindowed ? new SloWindows(bounds, windowPlan) : null
    const dispatcher = new Dispatcher(source, recorder, limits, opened, windows, plan.tracer)
    const injection = new FaultInjection({
      faults: plan.faults ?? [],
      measureStartMs,
      durationMs,
      isElsewhere: (plan.shard?.index ?? 0) > 0,
      onInject: (now) => windows?.disturb(now),
    })
    faults = injection
    injection.start()
    progressTimer = setInterval(() => {
      if (plan.onProgress === undefined) return
      const { inFlight, isDraining } = dispatcher
      const receipts = receiptsSoFar(measured)
      const ofEach = () => receiptsOfEach(measured)
      const progress = recorder.progress(nowMs(), inFlight, isDraining, receipts, ofEach)
      tell(plan.onProgress, { ...progress, faults: injection.progress })
    }, PROGRESS_MS)
    const plannedEndMs = measureStartMs + durationMs
    const pace = await dispatcher.startRequests(plannedEndMs, plan.signal)
    const isEndedEarly = !dispatcher.isDraining
    const isStopped = isEndedEarly && plan.signal?.aborted === true
    const abortReason = isEndedEarly && !isStopped ? (windows?.reason ?? null) : null
    const endMs = isEndedEarly ? Math.min(nowMs(), plannedEndMs) : plannedEndMs
    // All requests are due before the planned end, but the sum that is the last one's time may round to it.
    const dueBeforeMs = endMs < plannedEndMs ? endMs : Infinity
    if (isEndedEarly) {
      recorder.endAt(endMs)
      dispatcher.abandon(endMs, dueBeforeMs)
    }
    // Mended while the last requests are waited for, and before anybody asks what is lost.
    const areOver = isEndedEarly ? injection.end() : injection.endAt(endMs, plan.signal)
    const drained = await dispatcher.drain(endMs, plan.signal)
    await areOver
    const isCutShort =
      drained.isCutShort || (plan.signal?.aborted === true && injection.areCutShort)
    const health = { ...pace, ranOn: dispatcher.ranOn }
    const deliveries = await askDeliveries(measured, dispatcher.pauses)
    const losses = await askLosses(measured)
    const scheduled = source.plannedBefore(dueBeforeMs)
    const { all: unavailability, of: unavailabilityOf } = drained.unavailability
    const audit = (operation: string): OperationAudit => ({
      losses: losses.get(operation) ?? null,
      ...unavailabilityOf(operation),
    })
    const record = recorder.finish(nowMs(), scheduled, deliveries, audit)
    const traced = await plan.tracer?.finish(measureStartMs, dispatcher.pausesWithGc)
    const measuredMs = Math.max(endMs - measureStartMs, 0)
    return {
      startedAt,
      seed,
      warmUpMs,
      durationMs,
      measuredMs,
      isInterrupted: isStopped || isCutShort,
      abortReason,
      limits,
      health,
      verdictThresholds,
      ...record,
      ...(traced === undefined ? {} : withTraces(record.operations, traced)),
      ...unavailability,
      windowedSlo: withoutReceiversFault(windows?.finish(measuredMs) ?? [], record.operations),
      faults: injection.records,
    }
  } finally {
    clearInterval(progressTimer)
    await faults?.end()
    await opened.wait.close()
  }
}

function withTraces(
  operations: LoadResult['operations'],
  { counts, slowest }: LoadTraces,
): Pick<LoadResult, 'operations' | 'traces'> {
  const traced = [...operations].map(
    ([name, operation]) => [name, { ...operation, slowest: slowest.get(name) ?? [] }] as const,
  )
  return { operations: new Map(traced), traces: counts }
}

/** A throwing listener must not end the load: a timer calls this, so nothing would catch the error. */
function tell(onProgress: MeasuredPlan['onProgress'], progress: LoadProgress): void {
  try {
    onProgress?.(progress)
  } catch (error) {
    process.emitWarning(`onProgress threw: ${inspect(errorSample(error))}`)
  }
}

/**
 * When the first request is due, by `nowMs()`; resolves a little earlier.
 * @throws InputError if that is too late already.
 */
async function startTime({
  startAtMs,
  awaitStart,
  signal,
}: Pick<MeasuredPlan, 'startAtMs' | 'awaitStart' | 'signal'>): Promise<number> {
  if (awaitStart !== undefined) {
    const startMs = await awaitStart()
    if (startMs === null) return nowMs() + LEAD_MS
    return waitFor(startMs, 'the common start', signal)
  }
  if (startAtMs === undefined) return nowMs() + LEAD_MS
  const startMs = nowMs() + startAtMs - Date.now()
  const what = `start at ${new Date(startAtMs).toISOString()}`
  return waitFor(startMs, what, signal)
}

async function waitFor(startMs: number, what: string, signal?: AbortSignal): Promise<number> {
  const leadMs = startMs - nowMs()
  if (leadMs < LEAD_MS) {
    const late = formatSeconds(LEAD_MS - leadMs)
    throw new InputError(
      `${what}: the load was ready ${late} too late. Choose a later start, and make this load the first of its run.`,
    )
  }
  // An interrupted wait ends as an interrupted load does: with what there is.
  await sleep(leadMs - LEAD_MS, undefined, { signal }).catch(() => {})
  return startMs
}
