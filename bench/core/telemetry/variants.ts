/** How much a process tells OpenTelemetry. */
export interface Variant {
  readonly name: string
  /** Whether the registry may tell anything. */
  readonly telemetry: boolean
  /**
   * `metrics`: an SDK whose metrics Prometheus may scrape. `traces`: it also sends traces to a collector. `collector`: it also sends
   * metrics there, so each value is recorded twice. `null`: none.
   */
  readonly sdk: 'metrics' | 'traces' | 'collector' | null
  /** The ratio of traces that are sampled. */
  readonly sampledRatio: number
}

export const OFF = 'telemetry: false'
/** The same, in another process: how far two equal processes differ. */
const OFF_AGAIN = 'telemetry: false, again'
export const API_ALONE = 'no SDK'
export const METRICS = 'metrics'
export const SOME_TRACES = 'metrics, 1 % of traces'
export const COLLECTOR = 'metrics twice, 1 % of traces'
export const ALL_TRACES = 'metrics, all traces'

export const VARIANTS: readonly Variant[] = [
  { name: OFF, telemetry: false, sdk: null, sampledRatio: 0 },
  { name: OFF_AGAIN, telemetry: false, sdk: null, sampledRatio: 0 },
  { name: API_ALONE, telemetry: true, sdk: null, sampledRatio: 0 },
  { name: METRICS, telemetry: true, sdk: 'metrics', sampledRatio: 0 },
  { name: SOME_TRACES, telemetry: true, sdk: 'traces', sampledRatio: 0.01 },
  { name: COLLECTOR, telemetry: true, sdk: 'collector', sampledRatio: 0.01 },
  { name: ALL_TRACES, telemetry: true, sdk: 'traces', sampledRatio: 1 },
]
