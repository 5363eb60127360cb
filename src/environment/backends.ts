/** Where the servers under test come from. */
export type BackendKind = 'external' | 'containers' | 'programs' | 'memory'

/** Real servers that answer, with the addresses to reach them at (these may hold passwords: never print them). */
export interface ServerBackends {
  readonly kind: 'external' | 'containers' | 'programs'
  /** `redis://[user:password@]host:port[/db]` */
  readonly redisUrl: string
  /** `nats://[user:password@]host:port`, one or more. */
  readonly natsUrls: readonly string[]
  /** As the servers report themselves, e.g. `7.0.15`. */
  readonly redisVersion: string
  readonly natsVersion: string
  /** Of how both are set up, see `configuration-hash.ts`; `null` where a server doesn't tell. */
  readonly configurationHash: string | null
}

/** No server: everything stays in this process. */
export interface MemoryBackends {
  readonly kind: 'memory'
  /** One plain sentence: that nothing real is measured, why, and how to get real servers. */
  readonly notice: string
}

/** What a run is measured against. Plain data, so it can be handed to other processes. */
export type Backends = ServerBackends | MemoryBackends

/** The servers under test on one line, such as `Redis 7.0.15 and NATS 2.9.10 (programs)`. */
export function systemLine(backends: Backends): string {
  if (backends.kind === 'memory') return 'in-process memory: no server is measured'
  return `Redis ${backends.redisVersion} and NATS ${backends.natsVersion} (${backends.kind})`
}
