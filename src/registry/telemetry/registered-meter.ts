import { createNoopMeter, type Meter, metrics } from '@opentelemetry/api'

/** The name of the instrumentation scope of the registry's spans and metrics. */
export const SCOPE = 'prism-loadtest'

/** The registry's meter of the SDK that the process has registered; `null` without an SDK. */
export function registeredMeter(): Meter | null {
  const meter = metrics.getMeter(SCOPE)
  return meter === createNoopMeter() ? null : meter
}
