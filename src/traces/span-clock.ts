import type { ReadableSpan, Span } from '@opentelemetry/sdk-trace'
import type { HrTime } from '@opentelemetry/api'
import { nowMs } from '../load/clock.ts'

/**
 * Unix time of `nowMs()` 0, in ms. All processes of a load use the one that its generator chose, so their spans are
 * on one monotonic clock, which nobody sets while they run.
 */
export type SpanAnchor = number

/** The anchor by which this machine's clock shows now. */
export function newSpanAnchor(): SpanAnchor {
  return Date.now() - nowMs()
}

/** The largest fixed64, at which OTLP's times end: in the year 2554. */
const MAX_NANOS = 2n ** 64n - 1n

/**
 * Unix time in ns, as OTLP/JSON writes it. A time before 1970 is 0, and one that OTLP can't express the latest that it can.
 * @param atMs by `nowMs()`.
 */
export function unixNanos(anchorMs: SpanAnchor, atMs: number): string {
  if (!Number.isFinite(atMs)) return String(atMs > 0 ? MAX_NANOS : 0n)
  // Apart, because a double of today's Unix time in ns is wrong by up to 128 ns.
  const nanos = BigInt(Math.round(anchorMs * 1e3)) * 1_000n + nanosOf(atMs)
  return String(nanos < 0n ? 0n : nanos > MAX_NANOS ? MAX_NANOS : nanos)
}

function nanosOf(ms: number): bigint {
  const nanos = Math.round(ms * 1e6)
  return Number.isFinite(nanos) ? BigInt(nanos) : BigInt(ms) * 1_000_000n
}

/** When a span ran, in ms by `nowMs()`; `endMs` is at least `startMs`. */
export interface SpanTimes {
  readonly startMs: number
  readonly endMs: number
}

/** A start whose caller gave no time is what `Date.now()` shows, in whole ms. One further off was given. */
const GIVEN_MS = 2

/**
 * Times the spans of a process by `nowMs()`. The SDK times them by `Date.now()`, to the ms, which does not order spans of
 * several processes. Times that the caller of the SDK gave are kept, as far as they were of this machine's `Date.now()`.
 */
export class SpanTimer {
  /** Starts of spans that have not ended. Those that never end are forgotten with their spans. */
  readonly #starts = new WeakMap<object, { readonly startMs: number; readonly isGiven: boolean }>()

  /** To be called from `SpanProcessor.onStart`. @returns the span's start, by `nowMs()`. */
  started(span: Span | ReadableSpan): number {
    const now = nowMs()
    const aheadMs = msOf(span.startTime) - Date.now()
    // Not a number if the caller gave an invalid time.
    const isGiven = Number.isFinite(aheadMs) && Math.abs(aheadMs) > GIVEN_MS
    const startMs = isGiven ? now + aheadMs : now
    this.#starts.set(span, { startMs, isGiven })
    return startMs
  }

  /** To be called from `SpanProcessor.onEnd`. */
  ended(span: ReadableSpan): SpanTimes {
    const now = nowMs()
    const aheadMs = msOf(span.endTime) - Date.now()
    const durationMs = msOf(span.duration)
    const start = this.#starts.get(span)
    if (start === undefined) return inOrder(now + aheadMs - durationMs, now + aheadMs)
    const { startMs, isGiven } = start
    // Without a given end, the SDK measures from the start, or takes `Date.now()` if that was given.
    const offMs = isGiven ? aheadMs : durationMs - (now - startMs)
    return inOrder(startMs, Math.abs(offMs) > GIVEN_MS ? startMs + durationMs : now)
  }
}

function inOrder(startMs: number, endMs: number): SpanTimes {
  // NaN is not more than anything.
  return { startMs, endMs: endMs > startMs ? endMs : startMs }
}

function msOf([seconds, nanos]: HrTime): number {
  return seconds * 1e3 + nanos / 1e6
}
