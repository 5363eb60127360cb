import { parseNatsUrls, parseRedisUrl } from './addresses.ts'
import type { BackendKind } from './backends.ts'
import { EnvironmentError } from './environment-error.ts'

/** A forced kind of backend, or the first available. */
export type BackendChoice = 'auto' | BackendKind

/** Container images, e.g. `redis:7-alpine`. */
export interface BackendImages {
  readonly redis: string
  readonly nats: string
}

export interface BackendSettings {
  readonly choice: BackendChoice
  /** Unchanged, so it may hold a password. */
  readonly redisUrl?: string
  /** Unchanged, several separated by commas, so it may hold a password. */
  readonly natsUrl?: string
  readonly images: BackendImages
}

export const defaultImages: BackendImages = { redis: 'redis:7-alpine', nats: 'nats:2-alpine' }

const kinds = ['containers', 'programs', 'memory', 'external'] as const

/**
 * Reads `BENCH_BACKEND`, `REDIS_URL`, `NATS_URL`, `BENCH_REDIS_IMAGE` and `BENCH_NATS_IMAGE`; empty
 * values count as not set.
 *
 * @throws {EnvironmentError} if one of them is malformed.
 */
export function backendSettings(
  env: Readonly<Record<string, string | undefined>>,
): BackendSettings {
  const { BENCH_BACKEND, REDIS_URL, NATS_URL, BENCH_REDIS_IMAGE, BENCH_NATS_IMAGE } = env
  if (REDIS_URL) parseRedisUrl(REDIS_URL)
  if (NATS_URL) parseNatsUrls(NATS_URL)
  return {
    choice: BENCH_BACKEND ? parseChoice(BENCH_BACKEND) : 'auto',
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
