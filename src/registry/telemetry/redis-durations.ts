import type { Attributes } from '@opentelemetry/api'
import { boundedServer } from './bounded-names.ts'
import type { DeferredHistogram } from './deferred-histogram.ts'
import { attributesOf, type EndCall, type RedisCall } from './redis-call.ts'

/**
 * Measures calls to Redis as `db.client.operation.duration`.
 * @see https://opentelemetry.io/docs/specs/semconv/database/database-metrics/
 */
export class RedisDurations {
  readonly #durations: DeferredHistogram
  /** Of calls that succeed. */
  readonly #attributes = new WeakMap<RedisCall, Attributes>()

  constructor(durations: DeferredHistogram) {
    this.#durations = durations
  }

  /** Begins to measure a call. @param end ends its spans; `null` if it has none. */
  begin(call: RedisCall, end: EndCall | null): EndCall {
    const beganAtMs = performance.now()
    return (errorType) => {
      end?.(errorType)
      const attributes = this.#of(call)
      this.#durations.record(
        (performance.now() - beganAtMs) / 1_000,
        errorType === null ? attributes : { ...attributes, 'error.type': errorType },
      )
    }
  }

  #of(call: RedisCall): Attributes {
    const known = this.#attributes.get(call)
    if (known !== undefined) return known
    const attributes = attributesOf({ ...call, server: boundedServer(call.server) })
    this.#attributes.set(call, attributes)
    return attributes
  }
}
