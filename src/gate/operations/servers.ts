import { randomBytes } from 'node:crypto'

/** Servers that both versions are connected to, and where the versions are. */
export interface SharedServers {
  /** Project folders. */
  readonly base: string
  readonly head: string
  readonly redisUrl: string
  readonly natsUrls: readonly string[]
}

/** What tells one process's namespaces from those of others: of equal length for all. */
export function freshTag(): string {
  return randomBytes(4).toString('hex')
}
