/** How much a process tells OpenTelemetry. */
export interface Variant {
  readonly name: string
  /** Whether the registry may tell anything. */
  readonly telemetry: boolean
  /** `metrics`: an SDK that Prometheus asks. `traces`: also one that sends metrics and traces to a collector. `null`: none. */
  readonly sdk: 'metrics' | 'traces' | null
  /** The ratio of traces that are sampled. */
  readonly sampledRatio: number
}

export const OFF = 'telemetry: false'
export const API_ALONE = 'no SDK'
export const METRICS = 'metrics'
export const SOME_TRACES = 'metrics, 1 % of traces'
export const ALL_TRACES = 'metrics, all traces'

export const VARIANTS: readonly Variant[] = [
  { name: OFF, telemetry: false, sdk: null, sampledRatio: 0 },
  { name: API_ALONE, telemetry: true, sdk: null, sampledRatio: 0 },
  { name: METRICS, telemetry: true, sdk: 'metrics', sampledRatio: 0 },
  { name: SOME_TRACES, telemetry: true, sdk: 'traces', sampledRatio: 0.01 },
  { name: ALL_TRACES, telemetry: true, sdk: 'traces', sampledRatio: 1 },
]
