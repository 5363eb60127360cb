import { context, INVALID_TRACEID, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { type ErrorType, errorTypeOf } from './error-type.ts'

/** The name of each operation's span. `watch` is not here, because it goes on after its first event: `opening-watch.ts`. */
export const OPERATION_SPANS = {
  register: 'registry.register',
  heartbeat: 'registry.heartbeat',
  move: 'registry.move',
  unregister: 'registry.unregister',
  enumerate: 'registry.enumerate',
  multicast: 'registry.multicast',
  subscribe: 'registry.subscribe',
  subscribe_matching: 'registry.subscribe_matching',
  clear: 'registry.clear',
} as const

/** An operation: a call of the registry that has an end. */
export type OperationName = keyof typeof OPERATION_SPANS

/**
 * Receives the end of each operation.
 * @param durationMs > 0, monotonic.
 * @param errorType `null` if it succeeded.
 */
export type OperationListener = (
  name: OperationName,
  durationMs: number,
  errorType: ErrorType | null,
) => void

/**
 * Runs an operation in the context of its span, and tells the listener how it ended.
 * @param span which the operation ends; one that isn't recorded hands its trace on.
 */
export function observed<T>(
  name: OperationName,
  span: Span,
  onEnd: OperationListener | null,
  call: () => Promise<T>,
): Promise<T> {
  const beganAtMs = performance.now()
  const end = (errorType: ErrorType | null): void => {
    if (errorType === null) span.end()
    else endWithError(span, errorType)
    onEnd?.(name, performance.now() - beganAtMs, errorType)
  }
  let running: Promise<T>
  try {
    running = isInTrace(span) ? context.with(trace.setSpan(context.active(), span), call) : call()
  } catch (error) {
    end(errorTypeOf(error))
    throw error
  }
  return running.then(
    (value) => {
      end(null)
      return value
    },
    (error: unknown) => {
      end(errorTypeOf(error))
      throw error
    },
  )
}

/** Whether a span belongs to a trace; without an SDK, none does. */
export function isInTrace(span: Span): boolean {
  return span.spanContext().traceId !== INVALID_TRACEID
}

/** Ends the span of something that failed. */
export function endWithError(span: Span, errorType: string, message?: string): void {
  span.setAttribute('error.type', errorType)
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) })
  span.end()
}
