import { parseNatsUrls, parseRedisUrl } from './addresses.ts'
import type { BackendKind } from './backends.ts'
import { EnvironmentError } from './environment-error.ts'

/** A forced kind of backend, clusters, or the first available. */
export type BackendChoice = 'auto' | 'cluster' | BackendKind

/** What clusters consist of; `auto`: local programs, else containers. */
export type ClusterChoice = 'auto' | 'programs' | 'containers'

/** Container images, e.g. `redis:7-alpine`. */
export interface BackendImages {
  readonly redis: string
  readonly nats: string
}

export interface BackendSettings {
  readonly choice: BackendChoice
  /** Default `auto`. */
  readonly cluster?: ClusterChoice
  /** Unchanged, so it may hold a password. */
  readonly redisUrl?: string
  /** Unchanged, several separated by commas, so it may hold a password. */
  readonly natsUrl?: string
  readonly images: BackendImages
}

export const defaultImages: BackendImages = { redis: 'redis:7-alpine', nats: 'nats:2-alpine' }

const kinds = ['containers', 'programs', 'cluster', 'memory', 'external'] as const

/**
 * Reads `BENCH_BACKEND`, `BENCH_CLUSTER`, `REDIS_URL`, `NATS_URL`, `BENCH_REDIS_IMAGE` and `BENCH_NATS_IMAGE`; empty
 * values count as not set.
 *
 * @throws {EnvironmentError} if one of them is malformed.
 */
export function backendSettings(
  env: Readonly<Record<string, string | undefined>>,
): BackendSettings {
  const { BENCH_BACKEND, BENCH_CLUSTER, REDIS_URL, NATS_URL } = env
  const { BENCH_REDIS_IMAGE, BENCH_NATS_IMAGE } = env
  if (REDIS_URL) parseRedisUrl(REDIS_URL)
  if (NATS_URL) parseNatsUrls(NATS_URL)
  return {
    choice: BENCH_BACKEND ? parseChoice(BENCH_BACKEND) : 'auto',
    ...(BENCH_CLUSTER ? { cluster: parseCluster(BENCH_CLUSTER) } : {}),
    ...(REDIS_URL ? { redisUrl: REDIS_URL } : {}),
    ...(NATS_URL ? { natsUrl: NATS_URL } : {}),
    images: {
      redis: BENCH_REDIS_IMAGE || defaultImages.redis,
      nats: BENCH_NATS_IMAGE || defaultImages.nats,
    },
  }
}

/** @throws {EnvironmentError} listing the choices. */
function parseChoice(text: string): BackendChoice {
  const choice = (['auto', ...kinds] as const).find((known) => known === text)
  if (choice !== undefined) return choice
  throw new EnvironmentError(
    `BENCH_BACKEND=${text} is not a backend. Choose one of ${kinds.join(', ')}, or leave it out.`,
  )
}

/** @throws {EnvironmentError} listing the choices. */
function parseCluster(text: string): ClusterChoice {
  const choice = (['auto', 'programs', 'containers'] as const).find((known) => known === text)
  if (choice !== undefined) return choice
  throw new EnvironmentError(
    `BENCH_CLUSTER=${text} is not valid: the nodes of clusters are programs or containers.`,
  )
}
