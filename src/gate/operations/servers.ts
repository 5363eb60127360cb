import { randomBytes } from 'node:crypto'
import type { Both } from '../versions/both.ts'

/** The project folders of both versions, and the servers that both connect to. */
export interface SharedServers extends Both<string> {
  readonly redisUrl: string
  readonly natsUrls: readonly string[]
}

/** A tag that makes one process's namespaces unique; all tags have the same length. */
export function freshTag(): string {
  return randomBytes(4).toString('hex')
}
