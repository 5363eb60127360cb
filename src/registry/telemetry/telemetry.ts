import { type Context, context, type Span, trace, type Tracer } from '@opentelemetry/api'
import {
  beginProcessing,
  type GatewayMessageFacts,
  type MessageSpans,
  messageSpans,
} from './message-spans.ts'
import {
  isInTrace,
  observed,
  OPERATION_SPANS,
  type OperationListener,
  type OperationName,
} from './operation.ts'

import { openWatch } from './opening-watch.ts'
import type { MulticastResult } from '../multicast.ts'
import type { WatchStream } from '../watch/watch-event.ts'
import { instrumentsOf } from './instruments.ts'
import { beginCall, type EndCall, type RedisCall } from './redis-call.ts'
import { RedisDurations } from './redis-durations.ts'
import { registeredMeter, SCOPE } from './registered-meter.ts'

/**
 * What one registry tells OpenTelemetry, by the process's own SDK. Without an SDK it does next to nothing: it makes no
 * attributes and no promises. `docs/telemetry.md` lists the spans.
 */
export class Telemetry {
  /** Tells nothing. */
  static readonly off = new Telemetry(null)

  readonly #tracer: Tracer | null
  readonly #redisDurations: RedisDurations | null

  /** Use `telemetryOf`. @param redisDurations `null` if calls to Redis are not measured. */
  constructor(tracer: Tracer | null, redisDurations: RedisDurations | null = null) {
    this.#tracer = tracer
    this.#redisDurations = redisDurations
  }

  /** Whether it may tell anything. */
  get isOn(): boolean {
    return this.#tracer !== null
  }

  /**
   * Runs an operation of the registry with a span and a measurement. It throws and rejects as `call` does.
   * @param onEnd records the measurement; `null` if nobody does.
   */
  operation<T>(
    name: OperationName,
    call: () => Promise<T>,
    onEnd: OperationListener | null,
  ): Promise<T> {
    if (this.#tracer === null) return call()
    const span = this.#tracer.startSpan(OPERATION_SPANS[name])
    if (onEnd === null && !isInTrace(span)) return call()
    return observed(name, span, onEnd, call)
  }

  /** Opens a watch with a span that lasts until its first event. */
  watch(open: () => WatchStream): WatchStream {
    return this.#tracer === null ? open() : openWatch(this.#tracer, open)
  }

  /** Begins the spans and the measurement of a call to Redis; `null` if nobody records it. */
  redisCall(call: RedisCall): EndCall | null {
    if (this.#tracer === null) return null
    const end = beginCall(this.#tracer, call)
    return this.#redisDurations === null ? end : this.#redisDurations.begin(call, end)
  }

  /** Begins the span of a caller's wait for a round that several callers share; `null` if nobody records it. */
  wait(): Span | null {
    if (this.#tracer === null || trace.getActiveSpan()?.isRecording() !== true) return null
    return this.#tracer.startSpan('wait for replica')
  }

  /** The spans of the messages of the multicast that runs now; `null` if it is in no trace. */
  messages(): MessageSpans | null {
    return this.#tracer === null ? null : messageSpans(this.#tracer)
  }

  /** Notes the outcome of the multicast that runs now in its span. */
  sent(result: MulticastResult): void {
    const span = this.#tracer === null ? undefined : trace.getActiveSpan()
    if (span?.isRecording() !== true) return
    span.setAttributes({
      'multicast_registry.targets': result.targetCount,
      'multicast_registry.delivered': result.deliveredCount,
    })
  }

  /** Hands a message out within its span and its sender's trace. @param work resolves once all handlers are done. */
  processing(
    received: Context,
    message: GatewayMessageFacts,
    work: (span: Span | null) => Promise<void>,
  ): Promise<void> {
    const span = this.processed(received, message)
    const inside = span === null ? received : trace.setSpan(received, span)
    return context.with(inside, () => work(span))
  }

  /** Begins the span of a received message; `null` if its sender was in no trace. */
  processed(received: Context, message: GatewayMessageFacts): Span | null {
    return this.#tracer === null ? null : beginProcessing(this.#tracer, received, message)
  }
}

/** What a registry tells about itself from now on, by the SDK that the process has registered or will register. */
export function telemetryOf(isOn: boolean): Telemetry {
  if (!isOn) return Telemetry.off
  const meter = registeredMeter()
  const durations = meter === null ? null : new RedisDurations(instrumentsOf(meter).redisCalls)
  return new Telemetry(trace.getTracer(SCOPE), durations)
}
