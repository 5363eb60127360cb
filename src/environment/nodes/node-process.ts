import type { ServerNode } from '../backends.ts'

/** The process of a server that was started for this run: a local program or a container. */
export interface NodeProcess {
  readonly node: ServerNode
  /** Only for one that runs. */
  readonly signal: (signal: NodeSignal) => Promise<void>
  readonly hasEnded: () => Promise<boolean>
  /** Resolves when the process has ended. */
  readonly ended: () => Promise<void>
  /**
   * Starts it again with the data in its folder, after it has ended; resolves when it answers.
   * @param isPersistent whether a Redis writes to disk.
   * @throws EnvironmentError if it doesn't start.
   */
  readonly start: (isPersistent: boolean) => Promise<void>
  /** Deletes its data, but not its membership of a cluster; after it has ended. */
  readonly erase: () => Promise<void>
}

/** SIGUSR2 is NATS' signal for its lame-duck mode. */
export type NodeSignal = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT' | 'SIGUSR2'
