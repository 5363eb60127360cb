import { DEFAULT_MIX, type Mix } from '../../workloads/mixed.ts'
import type { Slo } from '../../load/slo/slo.ts'

/** A workload, and its parameters. */
export type WorkloadParameters =
  | ({ readonly kind: 'register' } & Registering)
  | ({ readonly kind: 'enumerate' } & Filtering)
  | ({ readonly kind: 'multicast' } & Filtering & Sending)
  | ({ readonly kind: 'mixed'; readonly mix: Mix } & Registering & Filtering & Sending)

export type WorkloadKind = WorkloadParameters['kind']

interface Registering {
  /** Time to live in ms; 0 never expires. */
  readonly ttlMs: number
}

interface Filtering {
  /** Only identities with this `status` in their metadata; `null`: all. */
  readonly status: string | null
}

interface Sending {
  readonly payload: string
  /** Whether the load hosts all identities itself, or leaves them to running subscribers. */
  readonly withSubscribers: boolean
}

/** A load as the command line describes it: plain data for the process that makes it. */
export interface LoadTestParameters {
  readonly workload: WorkloadParameters
  /** Not cleared at the end, so that other loads can list and send to it. */
  readonly namespace: string
  /** The text form of `parseArrivals`; a replayed file by its whole path. */
  readonly arrivals: string
  /** `null` without `--rate`; arrivals may have rates of their own. */
  readonly ratePerSecond: number | null
  readonly durationMs: number
  readonly warmUpMs: number
  readonly timeoutMs: number
  readonly maxInFlight: number
  readonly seed: number
  readonly slos: readonly Slo[]
  /** Whether to drop the default bound on the success rate. */
  readonly allowFailures: boolean
  /** Whether to drop the default bound on the delivery rate. */
  readonly allowUndelivered: boolean
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The load that `command-line.load.ts` makes. */
    loadTest: LoadTestParameters
  }
}

/** Values of absent flags. */
export const DEFAULTS = {
  namespace: 'loadtest',
  durationMs: 60_000,
  warmUpMs: 0,
  timeoutMs: 5_000,
  maxInFlight: 10_000,
  seed: 1,
  reportIntervalMs: 5_000,
  ttlMs: 300_000,
  status: 'online',
  payload: 'load test',
  mix: DEFAULT_MIX,
} as const

/** The names of a workload's operations. */
export function operationNames(workload: WorkloadParameters): readonly string[] {
  if (workload.kind !== 'mixed') return [workload.kind]
  return Object.entries(workload.mix).flatMap(([name, percent]) => (percent > 0 ? [name] : []))
}
