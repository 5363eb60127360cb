import type { MetricReader } from '@opentelemetry/sdk-metrics'
import { loadSdk } from './sdk.ts'

/**
 * A reader that collects when it is asked, with explicit buckets.
 * @param neededFor names the feature in errors.
 * @throws InputError if the SDK is not installed.
 */
export async function onDemandReader(neededFor: string): Promise<MetricReader> {
  const { MetricReader: Base } = await loadSdk('@opentelemetry/sdk-metrics', neededFor)
  class OnDemandReader extends Base {
    protected override async onShutdown(): Promise<void> {}
    protected override async onForceFlush(): Promise<void> {}
  }
  return new OnDemandReader()
}
