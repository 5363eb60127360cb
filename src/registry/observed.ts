import type { ConnectionCounts } from './connection-counts.ts'
import type { RegistryWarningCode } from './warnings.ts'

/** What a store knows of its state without asking its servers. */
export interface ObservedStore {
  /** `null` until they were read once. */
  readonly registeredIdentities: number | null
  /** For how long calls have been waiting for the replica to catch up with the log, in s; 0 while it has. */
  readonly replicaLagS: number
  /** How often the namespace was loaded again, since the first load. */
  readonly reloads: number
  /** Registrations that have expired in the replica. Every process has its own replica and sees them all. */
  readonly expirations: number
  /** Entries of the log when it was checked last; `null` if it wasn't, or may not be. */
  readonly logLength: number | null
}

/** What is read from a registry when metrics are collected: only what the process knows. */
export interface ObservedRegistry {
  readonly store: ObservedStore | undefined
  readonly backlogBytes: number | undefined
  readonly redis: ConnectionCounts | undefined
  readonly nats: ConnectionCounts | undefined
  /** The number of warnings by code so far. */
  readonly warnings: ReadonlyMap<RegistryWarningCode, number>
}
