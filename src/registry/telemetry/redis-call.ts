import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import { endWithError } from './operation.ts'

/** A command or script that Redis is to run. */
export interface RedisCall {
  /** The command, such as `EVALSHA`. */
  readonly command: string
  /** The registry's name of the script; `null` for a plain command. */
  readonly script: string | null
  /** `host:port` of the server. */
  readonly server: string
}

/** Ends the spans of a call. @param errorType `null` if it succeeded. */
export type EndCall = (errorType: string | null) => void

/** The callers that wait for a round of reading. */
const WAITS = createContextKey('prism-loadtest: waits for a shared round')

/** Maximum number of callers that get a span of one call of their round. */
const MAX_SPANS = 1_000

/** Begins the CLIENT spans of a call; `null` if nobody records it. A call of a shared round has one in the trace of each caller. */
export function beginCall(tracer: Tracer, call: RedisCall): EndCall | null {
  const active = context.active()
  const waits = active.getValue(WAITS)
  if (waits instanceof Waits) return waits.begin(tracer, call)
  if (trace.getSpan(active)?.isRecording() !== true) return null
  const span = startSpan(tracer, call, active, false)
  return (errorType) => endSpan(span, errorType)
}

/**
 * The callers with spans that wait for one shared round of reading, or for the end of the one before it: each call to
 * Redis gets a span in each of their traces, from when the call began or its caller came.
 */
export class Waits {
  readonly #contexts = new Map<Span, Context>()
  readonly #calls = new Set<SharedCall>()

  /** @param wait the span of a caller's wait; calls get their spans below it. */
  add(wait: Span): void {
    const inside = trace.setSpan(context.active(), wait)
    this.#contexts.set(wait, inside)
    for (const call of this.#calls) call.startIn(inside)
  }

  /** The wait has ended; it gets no more spans. */
  delete(wait: Span): void {
    this.#contexts.delete(wait)
  }

  begin(tracer: Tracer, redisCall: RedisCall): EndCall {
    const call: SharedCall = {
      spans: [],
      startIn: (parent) => {
        if (call.spans.length >= MAX_SPANS) return
        call.spans.push(startSpan(tracer, redisCall, parent, true))
      },
    }
    for (const parent of this.#contexts.values()) call.startIn(parent)
    this.#calls.add(call)
    return (errorType) => {
      this.#calls.delete(call)
      for (const span of call.spans) endSpan(span, errorType)
    }
  }
}

/** A call to Redis under way, for several callers. */
interface SharedCall {
  readonly spans: Span[]
  /** Begins its span in the trace of one of them. */
  startIn(parent: Context): void
}

/**
 * Runs a round that serves several callers, in none of their contexts: a reading in the background has no trace.
 * @param waits of its callers; those that end before the round does get no more spans.
 */
export function runShared<T>(waits: Waits, work: () => T): T {
  return context.with(ROOT_CONTEXT.setValue(WAITS, waits), work)
}

function startSpan(tracer: Tracer, call: RedisCall, parent: Context, isShared: boolean): Span {
  const { command, script } = call
  return tracer.startSpan(
    script === null ? command : `${command} ${script}`,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        ...attributesOf(call),
        ...(isShared ? { 'multicast_registry.shared': true } : {}),
      },
    },
    parent,
  )
}

/** The attributes of a call in spans and metrics. */
export function attributesOf({ command, script, server }: RedisCall): Attributes {
  const colon = server.lastIndexOf(':')
  const port = Number(server.slice(colon + 1))
  return {
    'db.system.name': 'redis',
    'db.operation.name': command,
    ...(script === null ? {} : { 'db.stored_procedure.name': script }),
    ...(colon >= 0 && Number.isInteger(port)
      ? { 'server.address': server.slice(0, colon), 'server.port': port }
      : { 'server.address': server }),
  }
}

function endSpan(span: Span, errorType: string | null): void {
  if (errorType === null) span.end()
  else endWithError(span, errorType)
}
