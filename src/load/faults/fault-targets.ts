/*
 * What can be broken: a target has the abilities that its system offers, and a fault asks for those that it
 * needs. Servers of `src/environment/nodes/` have them, and so has any object of yours with these methods.
 * Each method resolves when the effect is certain, with what exactly it acted on, if `label` doesn't say.
 */

/** Something that faults can be injected into. */
export interface FaultTarget {
  /** For reports: `NATS node 2`, `Redis primary`. */
  readonly label: string
  /** Whether each shard of a load has one of its own, which it breaks itself. Default: false. */
  readonly isOfShard?: boolean
}

/** A process that can be killed, as by `kill -9`. It stays down. */
export interface Killable extends FaultTarget {
  readonly kill: () => Promise<string | void>
}

/** A process that can be started again. */
export interface Restartable extends FaultTarget {
  /**
   * Ends the process, if it runs, and starts it again; resolves when it answers.
   * @param data `kept`: with the data that it had on disk; `lost`: empty.
   */
  readonly restart: (data: 'kept' | 'lost') => Promise<string | void>
}

/** A process that can be stopped and continued, as by SIGSTOP and SIGCONT. */
export interface Pausable extends FaultTarget {
  readonly pause: () => Promise<string | void>
  readonly resume: () => Promise<string | void>
}

/** A primary that can hand its role to a replica by command. */
export interface FailoverTarget extends FaultTarget {
  readonly failover: () => Promise<string | void>
}

/** A server that can be asked to move its clients away and shut down, as by NATS' lame-duck mode. */
export interface Drainable extends FaultTarget {
  readonly drain: () => Promise<string | void>
}

/** Connections that can be cut, slowed and mended again. */
export interface Disturbable extends FaultTarget {
  /** Ends open connections, and refuses new ones until mended. */
  readonly cut: () => Promise<string | void>
  /** @param delayMs is added to each direction. */
  readonly slow: (delayMs: number) => Promise<string | void>
  readonly mend: () => Promise<string | void>
}

/** A node that can be separated from the other nodes of its cluster, though clients still reach it. */
export interface Partitionable extends FaultTarget {
  readonly partition: () => Promise<string | void>
  readonly rejoin: () => Promise<string | void>
}

/** A server whose disk can be filled and emptied again. */
export interface Fillable extends FaultTarget {
  readonly fillDisk: () => Promise<string | void>
  readonly freeDisk: () => Promise<string | void>
}
