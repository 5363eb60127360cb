import type { Attributes, Meter } from '@opentelemetry/api'
import type { MulticastResult } from '../multicast.ts'
import { boundedNamespace } from './bounded-names.ts'
import { type Instruments, instrumentsOf, type Observer } from './instruments.ts'
import type { ErrorType } from './error-type.ts'
import type { OperationName } from './operation.ts'
import { registeredMeter } from './registered-meter.ts'
import type { ObservedRegistry } from '../observed.ts'

/**
 * The metrics of one registry, named and described in `docs/telemetry.md`. Registries of one namespace in one process
 * have the same attributes, and are added up.
 */
export class RegistryMetrics {
  readonly #instruments: Instruments
  readonly #observer: Observer
  /** By what they distinguish, so that a call makes none. */
  readonly #attributes = new Map<string, Attributes>()
  readonly #base: Attributes

  /** @param read is called at each collection, until `close`. */
  constructor(meter: Meter, namespace: string, read: () => ObservedRegistry) {
    this.#instruments = instrumentsOf(meter)
    this.#base = { 'multicast_registry.namespace': boundedNamespace(namespace) }
    this.#observer = { attributes: this.#base, read }
    this.#instruments.observe(this.#observer)
  }

  /**
   * Records the end of an operation.
   * @param durationMs monotonic.
   * @param errorType a code of `RegistryError` or `ABORTED`; `null` if it succeeded.
   */
  readonly operationEnded = (
    name: OperationName,
    durationMs: number,
    errorType: ErrorType | null,
  ): void => {
    const { operations, quotaRefusals } = this.#instruments
    operations.record(durationMs / 1_000, this.#of(name, errorType))
    if (errorType !== 'QUOTA_EXCEEDED' && errorType !== 'RATE_LIMITED') return
    quotaRefusals.add(1, { ...this.#base, 'error.type': errorType })
  }

  /** Records the outcome of a multicast. */
  multicast(result: MulticastResult): void {
    this.#instruments.targets.record(result.targetCount, this.#base)
    this.#delivered('delivered', result.deliveredCount)
    this.#delivered('pending', result.pendingCount)
    this.#delivered('failed', result.failedCount)
    this.#delivered('timeout', result.timeoutCount)
  }

  /** Ends the observation: gauges become 0, and counts stay. */
  close(): void {
    this.#instruments.endObserving(this.#observer)
  }

  #delivered(status: string, count: number): void {
    if (count === 0) return
    const attributes = { ...this.#base, 'multicast_registry.delivery.status': status }
    this.#instruments.deliveries.add(count, attributes)
  }

  #of(operation: string, errorType: string | null): Attributes {
    const key = errorType === null ? operation : `${operation} ${errorType}`
    const known = this.#attributes.get(key)
    if (known !== undefined) return known
    const attributes = {
      ...this.#base,
      'multicast_registry.operation': operation,
      ...(errorType === null ? {} : { 'error.type': errorType }),
    }
    this.#attributes.set(key, attributes)
    return attributes
  }
}

/**
 * The metrics of a registry by the SDK that the process has registered; `null` without an SDK.
 * @param isOn `false`: there are none.
 */
export function registryMetrics(
  isOn: boolean,
  namespace: string,
  read: () => ObservedRegistry,
): RegistryMetrics | null {
  const meter = isOn ? registeredMeter() : null
  return meter === null ? null : new RegistryMetrics(meter, namespace, read)
}
