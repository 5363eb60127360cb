import type { Reference } from '../environment/reference/reference.ts'
import type { MeasuredSystem } from '../run-file/run-file.ts'

/** A system that was started and checked. */
export interface RunningSystem {
  /** Without secrets. */
  readonly system: MeasuredSystem
  /** npm packages by which requests reach the system. */
  readonly clients: readonly string[]
  /** Values that scenarios read by `inject`; may hold secrets. */
  readonly provide: Readonly<Record<string, unknown>>
  /** `null` if the system has no reference workload. */
  readonly measureReference: (() => Promise<Reference>) | null
  readonly stop: () => Promise<void>
}

/** The variable that passes a running system to child processes. */
export const RUNNING_SYSTEM = 'BENCH_RUNNING_SYSTEM'

/** A running system as text; it may hold secrets. */
export function handOver({ system, clients, provide }: RunningSystem): string {
  return JSON.stringify({ system, clients, provide })
}

/** A system that another process started and will stop. */
export function handedOver(text: string): RunningSystem {
  const given: Pick<RunningSystem, 'system' | 'clients' | 'provide'> = JSON.parse(text)
  return { ...given, measureReference: null, stop: async () => {} }
}
