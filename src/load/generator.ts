import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { countDueBefore, type Arrivals } from './arrivals/arrivals.ts'
import { countIn, WHOLE, type Shard } from './arrivals/shard.ts'
import { checkPlan } from './check-plan.ts'
import { nowMs } from './clock.ts'
import { openDispatch, type DispatchOption } from './dispatch/dispatch-option.ts'
import { Dispatcher } from './dispatch/dispatcher.ts'
import { checkEnoughRows, type Feed } from './feed/feed.ts'
import { InputError } from './input-error.ts'
import { checkCounted } from './slo/check-counted.ts'
import { checkNoted } from './slo/check-noted.ts'
import { checkOperations } from './slo/judge-slo.ts'
import { errorSample } from './recording/error-code.ts'
import { LoadRecorder, type LoadProgress } from './recording/load-recorder.ts'
import type { MetricDeclarations, NoMetrics } from './metrics/declare-metrics.ts'
import { LoadNotes, type NotesPlan } from './notes/load-notes.ts'
import { readTags, type NoTags, type TagDeclarations } from './notes/tags.ts'
import type { Deliveries, LoadResult } from './result.ts'
import { countMeasuredBefore, layOut } from './dispatch/schedule.ts'
import type { Pause } from './pauses.ts'
import { withoutReceiversFault } from './slo/disturbed-receivers.ts'
import { readSlo, type Slos } from './slo/slo.ts'
import { SloWindows } from './slo/slo-windows.ts'
import { readVerdictThresholds, type VerdictOverrides } from './verdict/verdict-thresholds.ts'
import { countedIn, defineWorkload, type Operations, type Workload } from './workload.ts'

/** An open-loop load. */
export interface LoadPlan<Row = unknown, Tags = NoTags, Declared = NoMetrics> {
  readonly operations: Operations<NoInfer<Row>, NoInfer<Tags>, NoInfer<Declared>>
  /** Rows for the requests. Default: they have none. */
  readonly data?: Feed<Row>
  /** Tags that requests may set, with their values: up to 20, all tags together. Default: none. */
  readonly tags?: Tags
  /** Metrics that requests write to. Default: none. */
  readonly metrics?: Declared
  readonly arrivals: Arrivals
  /** Requests are sent for this long first and left out of the figures, in ms. Default 0. */
  readonly warmUpMs?: number
  /** How long requests are started for, after the warm-up, in ms; > 0. */
  readonly durationMs: number
  /**
   * Requests due while this many run don't start. One that timed out runs until its promise settles:
   * see `LoadRequest.signal`. Default 10,000.
   */
  readonly maxInFlight?: number
  /**
   * What becomes of those: `drop` (default) counts them as dropped; `wait` starts them when there
   * is room, late, as a client with a fixed number of connections would, and drops those that have
   * found none by the end of the grace period.
   */
  readonly whenFull?: 'drop' | 'wait'
  /** A request that takes longer, from its actual start, has timed out, in ms. Default 5,000. */
  readonly timeoutMs?: number
  /** How long requests under way are waited for once the last one was due, in ms. Default 10,000. */
  readonly gracePeriodMs?: number
  /**
   * How requests are started on time: `clock` within some µs, by a thread that watches the clock;
   * `hybrid` and `spin` too, with a shorter tail, for up to a core; `timer` within about 1 ms. Default
   * `auto`: `clock`, or `timer` where the system gives no thread.
   */
  readonly dispatch?: DispatchOption
  /** Seed of the draw of operations, and of the order of a shuffled feed. Default 1. */
  readonly seed?: number
  /**
   * Bounds on every window are judged while the load runs, and may end it early. Those on the whole
   * run are for `judgeSlo`; here they are only checked, before the load starts.
   */
  readonly slo?: Slos
  /**
   * Sends only one of several shares of the load; other generators send the others. The share has as
   * much of `maxInFlight`. Default: all of it.
   */
  readonly share?: Shard
  /**
   * When the first request is due, in Unix ms, so that several generators start together. Default:
   * at once.
   */
  readonly startAtMs?: number
  /** Thresholds of the verdict on this load, where they differ from `VERDICT_THRESHOLDS`. */
  readonly verdict?: VerdictOverrides
  /** Aborting ends the load early: what was measured so far is the result, marked interrupted. */
  readonly signal?: AbortSignal | undefined
  /** Told about twice a second how it goes. */
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
}

/** Between the call and the first request, so that the first is not late already. */
const LEAD_MS = 20
const PROGRESS_MS = 500
/** Whoever counts deliveries has this long to say how many; our own receivers need less than 15 s. */
const DELIVERIES_WITHIN_MS = 30_000
const TOO_LATE: Deliveries = {
  kind: 'unknown',
  reason: `nobody said within ${DELIVERIES_WITHIN_MS / 1_000} s what was received`,
}

/**
 * Sends requests as the arrivals say, whatever becomes of earlier ones, and measures each from
 * when it was due. Requests that are overdue are caught up with, and how late each one started is
 * recorded.
 *
 * @throws InputError for a plan that can't be carried out; ConservationError if a request got lost.
 */
export async function generateLoad<
  Row = undefined,
  const Tags extends TagDeclarations = NoTags,
  Declared extends MetricDeclarations = NoMetrics,
>(plan: LoadPlan<Row, Tags, Declared>): Promise<LoadResult>
// Its requests have what its operations ask of them, because both are of one plan.
export async function generateLoad(plan: LoadPlan & NotesPlan): Promise<LoadResult> {
  checkPlan(plan)
  const { arrivals, durationMs, warmUpMs = 0, seed = 1, dispatch = 'auto' } = plan
  const { share = WHOLE, whenFull = 'drop', timeoutMs = 5_000, gracePeriodMs = 10_000 } = plan
  const maxInFlight = shareOf(plan.maxInFlight ?? 10_000, share)
  const limits = { maxInFlight, whenFull, timeoutMs, gracePeriodMs }
  const workload = defineWorkload(plan.operations, seed)
  const operations = [...workload.operations.keys()]
  const bounds = plan.slo === undefined ? [] : readSlo(plan.slo)
  checkOperations(bounds, operations)
  checkCounted(bounds, countedIn(workload))
  checkNoted(bounds, { tags: readTags(plan.tags ?? {}), metrics: plan.metrics ?? {} })
  checkRows(plan)
  const verdictThresholds = readVerdictThresholds(plan.verdict)
  const opened = await openDispatch(dispatch)
  let progressTimer: NodeJS.Timeout | undefined
  try {
    const startMs = await startTime(plan.startAtMs, plan.signal)
    const schedule = layOut(arrivals, startMs, warmUpMs, durationMs, share)
    const { measureStartMs } = schedule
    const startedAt = new Date(Date.now() + measureStartMs - nowMs()).toISOString()

    const notes = new LoadNotes(plan, seed, measureStartMs + durationMs)
    const recorder = new LoadRecorder(operations, measureStartMs, durationMs, notes)
    const isWindowed = bounds.some(({ everyMs }) => everyMs !== null)
    const windowPlan = { operations, measureStartMs, durationMs }
    const windows = isWindowed ? new SloWindows(bounds, windowPlan) : null
    const dispatcher = new Dispatcher(schedule, workload, recorder, limits, opened, windows)
    progressTimer = setInterval(() => {
      tell(plan.onProgress, recorder.progress(nowMs(), dispatcher.inFlight, dispatcher.isDraining))
    }, PROGRESS_MS)
    const plannedEndMs = measureStartMs + durationMs
    const pace = await dispatcher.startRequests(plannedEndMs, plan.signal)
    const isEndedEarly = !dispatcher.isDraining
    const isInterrupted = isEndedEarly && plan.signal?.aborted === true
    const abortReason = isEndedEarly && !isInterrupted ? (windows?.reason ?? null) : null
    const endMs = isEndedEarly ? Math.min(nowMs(), plannedEndMs) : plannedEndMs
    // All requests are due before the planned end, but the sum that is the last one's time may round to it.
    const dueBeforeMs = endMs < plannedEndMs ? endMs : Infinity
    if (isEndedEarly) {
      recorder.endAt(endMs)
      dispatcher.abandon(endMs, dueBeforeMs)
    }
    await dispatcher.drain(endMs, plan.signal)
    const health = { ...pace, ranOn: dispatcher.ranOn }
    const deliveries = await askReceivers(workload, dispatcher.pauses)
    const scheduled = countMeasuredBefore(schedule, dueBeforeMs)
    const record = recorder.finish(nowMs(), scheduled, deliveries)
    const measuredMs = Math.max(endMs - measureStartMs, 0)
    return {
      startedAt,
      arrivals: arrivals.label,
      seed,
      warmUpMs,
      durationMs,
      measuredMs,
      isInterrupted,
      abortReason,
      limits,
      health,
      verdictThresholds,
      ...record,
      windowedSlo: withoutReceiversFault(windows?.finish(measuredMs) ?? [], record.operations),
    }
  } finally {
    clearInterval(progressTimer)
    await opened.wait.close()
  }
}

/** Whoever is told how it goes can't end the load by failing: this is called by a timer, above which nobody catches. */
function tell(onProgress: LoadPlan['onProgress'], progress: LoadProgress): void {
  try {
    onProgress?.(progress)
  } catch (error) {
    process.emitWarning(`onProgress threw: ${inspect(errorSample(error))}`)
  }
}

/** A unique feed has to last, whatever share of the load is made here. */
function checkRows({ data, arrivals, warmUpMs = 0, durationMs }: LoadPlan): void {
  if (data === undefined) return
  const requests = countDueBefore(arrivals, warmUpMs) + countDueBefore(arrivals, durationMs)
  checkEnoughRows(data, requests)
}

/**
 * When the first request is due, by `nowMs()`; resolves a little earlier.
 * @throws InputError if that is too late already.
 */
async function startTime(startAtMs: number | undefined, signal?: AbortSignal): Promise<number> {
  if (startAtMs === undefined) return nowMs() + LEAD_MS
  const leadMs = startAtMs - Date.now()
  if (leadMs < LEAD_MS) {
    const late = `${((LEAD_MS - leadMs) / 1_000).toFixed(1)} s`
    throw new InputError(
      `start at ${new Date(startAtMs).toISOString()}: the load was ready ${late} too late. Give it a later start; a load that starts at a given time has to be the first of its run.`,
    )
  }
  const startMs = nowMs() + leadMs
  // An interrupted wait ends as an interrupted load does: with what there is.
  await sleep(leadMs - LEAD_MS, undefined, { signal }).catch(() => {})
  return startMs
}

/** What a share may have under way. */
function shareOf(maxInFlight: number, share: Shard): number {
  if (share.of === 1) return maxInFlight
  const part = countIn(share, maxInFlight)
  if (part > 0) return part
  throw new InputError(`maxInFlight: ${maxInFlight} can't be shared by ${share.of} generators.`)
}

/** Whatever goes wrong with receivers, the figures of the load itself are kept. */
async function askReceivers(
  workload: Workload,
  pauses: readonly Pause[],
): Promise<ReadonlyMap<string, Deliveries>> {
  const seen = new Map<string, Deliveries>()
  for (const [name, { deliveries }] of workload.operations) {
    if (deliveries === undefined) continue
    const isAnswered = new AbortController()
    try {
      const tooLate = sleep(DELIVERIES_WITHIN_MS, TOO_LATE, { signal: isAnswered.signal })
      tooLate.catch(() => {})
      seen.set(name, await Promise.race([deliveries(pauses), tooLate]))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      seen.set(name, { kind: 'unknown', reason })
    } finally {
      isAnswered.abort()
    }
  }
  return seen
}
