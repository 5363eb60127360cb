import { trace, type Tracer } from '@opentelemetry/api'
import {
  isInTrace,
  observed,
  OPERATION_SPANS,
  type OperationListener,
  type OperationName,
} from './operation.ts'

/** The name of the instrumentation scope of the registry's spans and metrics. */
export const SCOPE = 'prism-loadtest'

/**
 * What one registry tells OpenTelemetry, by the process's own SDK. Without an SDK it does next to nothing: it makes no
 * attributes and no promises. `docs/telemetry.md` lists the spans.
 */
export class Telemetry {
  /** Tells nothing. */
  static readonly off = new Telemetry(null)

  readonly #tracer: Tracer | null
  /** `null` unless metrics are recorded. */
  readonly #onEnd: OperationListener | null = null

  /** Use `telemetryOf`. */
  constructor(tracer: Tracer | null) {
    this.#tracer = tracer
  }

  /** Runs an operation of the registry with a span and a measurement. It throws and rejects as `call` does. */
  operation<T>(name: OperationName, call: () => Promise<T>): Promise<T> {
    if (this.#tracer === null) return call()
    const span = this.#tracer.startSpan(OPERATION_SPANS[name])
    if (this.#onEnd === null && !isInTrace(span)) return call()
    return observed(name, span, this.#onEnd, call)
  }
}

/** What a registry tells about itself from now on, by the SDK that the process has registered or will register. */
export function telemetryOf(isOn: boolean): Telemetry {
  return isOn ? new Telemetry(trace.getTracer(SCOPE)) : Telemetry.off
}
