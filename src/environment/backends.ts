import type { SystemUnderTest } from './system.ts'

/** Origin of the servers under test. */
export type BackendKind = 'external' | 'containers' | 'programs' | 'memory'

/** Real servers that answer, with their addresses, which may hold passwords: never print them. */
export interface ServerBackends {
  readonly kind: 'external' | 'containers' | 'programs'
  /** `redis://[user:password@]host:port[/db]` */
  readonly redisUrl: string
  /** `nats://[user:password@]host:port`, one or more. */
  readonly natsUrls: readonly string[]
  /** The version that the server reports, e.g. `7.0.15`. */
  readonly redisVersion: string
  readonly natsVersion: string
  /** Hash of both servers' settings, see `configuration-hash.ts`; `null` if a server hides them. */
  readonly configurationHash: string | null
}

/** No servers: everything stays in this process. */
export interface MemoryBackends {
  readonly kind: 'memory'
  /** One plain sentence: no real server is measured, why, and how to get one. */
  readonly notice: string
}

/** Servers that scenarios of the registry measure. Plain data, so that it can be handed to other processes. */
export type Backends = ServerBackends | MemoryBackends

/** The registry's backends as a system with two servers. */
export function systemOf(backends: Backends): Exclude<SystemUnderTest, { kind: 'undeclared' }> {
  if (backends.kind === 'memory') return backends
  const { kind, redisUrl, natsUrls, redisVersion, natsVersion, configurationHash } = backends
  return {
    kind,
    servers: [
      { name: 'Redis', version: redisVersion, addresses: [redisUrl] },
      { name: 'NATS', version: natsVersion, addresses: natsUrls },
    ],
    configurationHash,
  }
}
