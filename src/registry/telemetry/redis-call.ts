import {
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

/** The waits for a round that several callers share. */
const WAITS = createContextKey('prism-loadtest: waits for a shared round')

/** Maximum number of waits that get a span per call of their round. */
const MAX_WAITS = 64

/** The callers with spans that wait for one shared round of reading: each call to Redis gets a span in each of their traces. */
export type Waits = Map<Span, Context>

/** Begins the CLIENT spans of a call; `null` if nobody records it. A call of a shared round has one in the trace of each caller. */
export function beginCall(tracer: Tracer, call: RedisCall): EndCall | null {
  const active = context.active()
  const waits = active.getValue(WAITS)
  if (waits instanceof Map) {
    const parents: readonly Context[] = [...(waits as Waits).values()].slice(0, MAX_WAITS)
    if (parents.length === 0) return null
    return endOf(parents.map((parent) => startSpan(tracer, call, parent, true)))
  }
  if (trace.getSpan(active)?.isRecording() !== true) return null
  return endOf([startSpan(tracer, call, active, false)])
}

/**
 * Runs a round that serves several callers, in none of their contexts: a reading in the background has no trace.
 * @param waits of its callers; those that end before the round does get no more spans.
 */
export function runShared<T>(waits: Waits, work: () => T): T {
  return context.with(ROOT_CONTEXT.setValue(WAITS, waits), work)
}

function startSpan(tracer: Tracer, call: RedisCall, parent: Context, isShared: boolean): Span {
  const { command, script, server } = call
  const colon = server.lastIndexOf(':')
  const port = Number(server.slice(colon + 1))
  return tracer.startSpan(
    script === null ? command : `${command} ${script}`,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'db.system.name': 'redis',
        'db.operation.name': command,
        ...(script === null ? {} : { 'db.stored_procedure.name': script }),
        ...(Number.isInteger(port)
          ? { 'server.address': server.slice(0, colon), 'server.port': port }
          : { 'server.address': server }),
        ...(isShared ? { 'multicast_registry.shared': true } : {}),
      },
    },
    parent,
  )
}

function endOf(spans: readonly Span[]): EndCall {
  return (errorType) => {
    for (const span of spans) {
      if (errorType === null) span.end()
      else endWithError(span, errorType)
    }
  }
}
