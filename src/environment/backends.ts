import { redisAddresses } from './addresses.ts'
import type { SystemUnderTest } from './system.ts'

/** Origin of the servers under test. */
export type BackendKind = 'external' | 'containers' | 'programs' | 'memory'

/** Real servers that answer, with their addresses, which may hold passwords: never print them. */
export interface ServerBackends {
  readonly kind: 'external' | 'containers' | 'programs'
  /** `redis://[user:password@]host:port[/db]`, several of one cluster separated by commas, or `redis+sentinel://…`. */
  readonly redisUrl: string
  /** `nats://[user:password@]host:port`, one or more. */
  readonly natsUrls: readonly string[]
  /** The version that the server reports, e.g. `7.0.15`. */
  readonly redisVersion: string
  readonly natsVersion: string
  /** Hash of both servers' settings, see `configuration-hash.ts`; `null` if a server hides them. */
  readonly configurationHash: string | null
  /** How many servers there are and how they relate, such as `cluster of 3 primaries and 3 replicas`; absent for a single one. */
  readonly redisTopology?: string
  readonly natsTopology?: string
  /** The servers that were started for this run, which faults can be injected into; absent for external ones. */
  readonly started?: StartedNodes
}

/** Servers of a run, and how faults reach them. */
export interface StartedNodes {
  readonly nodes: readonly ServerNode[]
  /** The Unix socket of the process that started them, which carries faults out. */
  readonly controlPath: string
}

/** One server process or container. */
export interface ServerNode {
  /** `redis-1` … `redis-6`, `nats-1` … */
  readonly name: string
  readonly server: 'redis' | 'nats'
  /** `host:port`, as clients reach it. */
  readonly address: string
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
  const { redisTopology, natsTopology } = backends
  return {
    kind,
    servers: [
      {
        name: 'Redis',
        version: redisVersion,
        addresses: redisAddresses(redisUrl),
        ...(redisTopology === undefined ? {} : { topology: redisTopology }),
      },
      {
        name: 'NATS',
        version: natsVersion,
        addresses: natsUrls,
        ...(natsTopology === undefined ? {} : { topology: natsTopology }),
      },
    ],
    configurationHash,
  }
}
