import { setTimeout as sleep } from 'node:timers/promises'
import { formatSeconds } from '../../format.ts'
import { nowMs } from '../clock.ts'
import { errorSample } from '../recording/error-code.ts'
import { shortText } from '../short-text.ts'
import { dueMs, type Fault, type ScheduledFault } from './fault.ts'
import type { FaultProgress, FaultRecord } from './fault-record.ts'

/** How long faults may take to be over once the load has ended, in ms. */
const OVER_WITHIN_MS = 10_000
/** A timer may fire a little early. */
const EARLY_MS = 1
/** A fault that was over this soon after it had begun stays. */
export const MOMENT_MS = 1

/** When a fault disturbed the load, for those who judge it as it runs. Times are on the load's clock. */
export interface Disturbance {
  readonly plannedAtMs: number
  /** When its injection began: nothing earlier can be its effect. */
  readonly sinceMs: number
  /** When something was broken; `null` as long as that is unknown. */
  readonly begunMs: number | null
  readonly isFailed: boolean
}

/** Times are on the load's clock. */
export interface FaultPlan {
  readonly faults: readonly ScheduledFault[]
  readonly measureStartMs: number
  readonly durationMs: number
  /** Whether another shard of the load injects them, but for those that every shard injects. */
  readonly isElsewhere: boolean
  /** Told when the injection of a fault begins. */
  readonly onInject: (now: number) => void
}

/**
 * Injects the faults of a load when they are due, and keeps record. What a fault does takes its own time, beside the
 * requests. Faults are user code: whatever they throw, or if they never end, the load goes on.
 */
export class FaultInjection {
  readonly #plan: FaultPlan
  readonly #injections: readonly Injection[]
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #ended = new AbortController()
  #running: Promise<void>[] = []

  constructor(plan: FaultPlan) {
    this.#plan = plan
    this.#injections = plan.faults
      .map((scheduled) => new Injection(scheduled, plan))
      .toSorted((a, b) => a.plannedAtMs - b.plannedAtMs)
  }

  /** Waits for each fault's time, by the monotonic clock. */
  start(): void {
    for (const injection of this.#injections) this.#await(injection)
  }

  /** Those that have been injected so far, in order of time. */
  get disturbances(): readonly Disturbance[] {
    return this.#injections
      .flatMap(({ disturbance }) => disturbance ?? [])
      .toSorted((a, b) => a.sinceMs - b.sinceMs)
  }

  get progress(): readonly FaultProgress[] {
    return this.#injections.map((injection) => injection.progress(this.#plan))
  }

  /** Ends all at a time, so that those due before it are injected even if no request is; or when the load is aborted. */
  async endAt(timeMs: number, signal: AbortSignal | undefined): Promise<void> {
    const isWaited = this.#injections.length > 0 && timeMs > nowMs()
    if (isWaited) await sleep(timeMs - nowMs(), undefined, { signal }).catch(() => {})
    if (signal?.aborted !== true) {
      // The timer of one that is due just before may be later than this one.
      for (const one of this.#injections) if (!one.isInjected) this.#inject(one, nowMs())
    }
    await this.end()
  }

  /**
   * Ends all: those that are not due yet are not injected, and the others are told to mend what is broken. Resolves
   * when they are over, or after 10 s.
   */
  async end(withinMs = OVER_WITHIN_MS): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    if (!this.#ended.signal.aborted) this.#ended.abort()
    const isOver = new AbortController()
    const tooLate = sleep(withinMs, undefined, { signal: isOver.signal }).catch(() => {})
    await Promise.race([Promise.all(this.#running), tooLate])
    isOver.abort()
    for (const injection of this.#injections) injection.giveUp(withinMs)
  }

  /** Whether the load was ended before each was due. */
  get areCutShort(): boolean {
    return this.#injections.some(({ isInjected }) => !isInjected)
  }

  /** What became of them; once they were ended. */
  get records(): readonly FaultRecord[] {
    return this.#injections.map((injection) => injection.record(this.#plan))
  }

  #await(injection: Injection): void {
    const dueAtMs = this.#plan.measureStartMs + injection.plannedAtMs
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        const now = nowMs()
        if (dueAtMs - now > EARLY_MS) this.#await(injection)
        else this.#inject(injection, now)
      },
      Math.max(dueAtMs - nowMs(), 0),
    )
    this.#timers.add(timer)
  }

  #inject(injection: Injection, now: number): void {
    this.#plan.onInject(now)
    if (injection.isElsewhere) injection.beginElsewhere(now)
    else this.#running.push(injection.run(now, this.#ended.signal))
  }
}

/** One fault of a load. */
class Injection {
  readonly plannedAtMs: number
  readonly isElsewhere: boolean
  readonly #fault: Fault
  readonly #label: string
  #what: string | null = null
  #sinceMs: number | null = null
  #begunMs: number | null = null
  #overMs: number | null = null
  #reason: string | null = null

  constructor(scheduled: ScheduledFault, { durationMs, isElsewhere }: FaultPlan) {
    const { fault } = scheduled
    this.#fault = fault
    this.#label = shortText(fault.label)
    this.plannedAtMs = dueMs(scheduled, durationMs)
    this.isElsewhere = isElsewhere && fault.isInEveryShard !== true
  }

  get isInjected(): boolean {
    return this.#sinceMs !== null
  }

  get disturbance(): Disturbance | null {
    if (this.#sinceMs === null) return null
    return {
      plannedAtMs: this.plannedAtMs,
      sinceMs: this.#sinceMs,
      begunMs: this.#begunMs,
      isFailed: this.#reason !== null,
    }
  }

  /** Never rejects. */
  async run(now: number, signal: AbortSignal): Promise<void> {
    this.#sinceMs = now
    const begun = (what?: string, agoMs = 0): void => {
      if (this.#overMs !== null) return
      this.#begunMs ??= Math.max(nowMs() - (agoMs > 0 ? agoMs : 0), now)
      if (what !== undefined && what !== '') this.#what = shortText(what)
    }
    try {
      await this.#fault.inject({ signal, begun })
    } catch (error) {
      this.#fail(errorSample(error))
    }
    this.#overAt(nowMs())
  }

  beginElsewhere(now: number): void {
    this.#sinceMs = this.#begunMs = this.#overMs = now
  }

  /** It is not waited for any longer. */
  giveUp(waitedMs: number): void {
    if (this.#sinceMs === null || this.#overMs !== null) return
    this.#fail(`it was not over ${formatSeconds(waitedMs, 0)} after the load had ended`)
    this.#overAt(nowMs())
  }

  progress(plan: FaultPlan): FaultProgress {
    const isOn = this.#sinceMs !== null && this.#overMs === null
    if (isOn) return { ...this.#planned, state: 'on', fromMs: this.#fromMs(plan) }
    return this.#sinceMs === null && !this.isElsewhere
      ? { ...this.#planned, state: 'planned' }
      : this.record(plan)
  }

  record(plan: FaultPlan): FaultRecord {
    const planned = this.#planned
    if (this.isElsewhere) return { ...planned, state: 'elsewhere' }
    if (this.#sinceMs === null) return { ...planned, state: 'not reached' }
    const fromMs = this.#fromMs(plan)
    if (this.#reason !== null) return { ...planned, state: 'failed', fromMs, reason: this.#reason }
    const overMs = Math.max((this.#overMs ?? nowMs()) - plan.measureStartMs, fromMs)
    const toMs = overMs - fromMs < MOMENT_MS ? fromMs : overMs
    return { ...planned, state: 'injected', fromMs, toMs }
  }

  get #planned(): { label: string; what: string | null; plannedAtMs: number } {
    return { label: this.#label, what: this.#what, plannedAtMs: this.plannedAtMs }
  }

  #fromMs({ measureStartMs }: FaultPlan): number {
    return Math.max((this.#begunMs ?? this.#sinceMs ?? measureStartMs) - measureStartMs, 0)
  }

  #fail(reason: string): void {
    if (this.#overMs === null) this.#reason = reason
  }

  #overAt(now: number): void {
    this.#overMs ??= now
    this.#begunMs ??= this.#sinceMs
  }
}
