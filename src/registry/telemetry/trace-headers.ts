import {
  createTraceState,
  isSpanContextValid,
  type SpanContext,
  TraceFlags,
} from '@opentelemetry/api'

/*
 * The context of a trace in the headers of a message, by W3C Trace Context level 1 (https://www.w3.org/TR/trace-context-1/),
 * version 00, whatever propagator the process has.
 */

const TRACEPARENT = 'traceparent'
const TRACESTATE = 'tracestate'
const FORM = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/

/** A longer `tracestate` is left out, in bytes. */
const MAX_STATE_BYTES = 512

/** What can hold headers, such as those of a NATS message. */
interface Headers {
  set(name: string, value: string): void
}

interface ReadableHeaders {
  get(name: string): string
}

/** Writes a trace's context into headers. */
export function writeTrace(headers: Headers, of: SpanContext): void {
  headers.set(TRACEPARENT, traceparentOf(of))
  const state = stateOf(of)
  if (state !== '') headers.set(TRACESTATE, state)
}

/** The size of these headers on the wire, in bytes; it is the same for all spans of the trace. */
export function traceBytes(of: SpanContext): number {
  const state = stateOf(of)
  const line = `${TRACEPARENT}: ${traceparentOf(of)}\r\n`.length
  return state === '' ? line : line + `${TRACESTATE}: ${state}\r\n`.length
}

/** Reads a trace's context; `null` if the headers have none or a malformed one, which is ignored. Never throws. */
export function readTrace(headers: ReadableHeaders): SpanContext | null {
  const [, traceId = '', spanId = '', flags = ''] = FORM.exec(headers.get(TRACEPARENT)) ?? []
  if (traceId === '') return null
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED
  const read: SpanContext = { traceId, spanId, traceFlags, isRemote: true }
  if (!isSpanContextValid(read)) return null
  const state = headers.get(TRACESTATE)
  if (state === '' || !isState(state)) return read
  return { ...read, traceState: createTraceState(state) }
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`
}

function stateOf({ traceState }: SpanContext): string {
  const state = traceState?.serialize() ?? ''
  return isState(state) ? state : ''
}

function isState(state: string): boolean {
  return state.length <= MAX_STATE_BYTES && /^[ -~]*$/.test(state)
}
