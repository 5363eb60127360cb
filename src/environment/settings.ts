import { admittedNatsUrls, admittedRedisUrl } from './admitted-urls.ts'
import type { BackendKind } from './backends.ts'
import { EnvironmentError } from './environment-error.ts'
import { variableOf } from '../registry/server-parameters.ts'
import { optionsIn, type Environment } from './server-options.ts'

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
  /** With the options of `SERVER_OPTIONS`, so it may hold a password. */
  readonly redisUrl?: string
  /** With the options of `SERVER_OPTIONS`, several separated by commas, so it may hold a password. */
  readonly natsUrl?: string
  readonly images: BackendImages
}

export const defaultImages: BackendImages = { redis: 'redis:7-alpine', nats: 'nats:2-alpine' }

const kinds = ['containers', 'programs', 'cluster', 'memory', 'external'] as const

/**
 * Reads `BENCH_BACKEND`, `BENCH_CLUSTER`, `REDIS_URL`, `NATS_URL`, the variables of `SERVER_OPTIONS`,
 * `BENCH_REDIS_IMAGE` and `BENCH_NATS_IMAGE`; empty values count as not set.
 *
 * @throws {EnvironmentError} if one of them is malformed.
 */
export function backendSettings(env: Environment): BackendSettings {
  const { BENCH_BACKEND, BENCH_CLUSTER, REDIS_URL, NATS_URL } = env
  const { BENCH_REDIS_IMAGE, BENCH_NATS_IMAGE } = env
  const choice = BENCH_BACKEND ? parseChoice(BENCH_BACKEND) : 'auto'
  return {
    choice,
    ...(BENCH_CLUSTER ? { cluster: parseCluster(BENCH_CLUSTER) } : {}),
    ...(REDIS_URL ? { redisUrl: admittedRedisUrl(REDIS_URL, env) } : {}),
    ...(NATS_URL ? { natsUrl: admittedNatsUrls(NATS_URL, env).join(',') } : {}),
    images: {
      redis: BENCH_REDIS_IMAGE || defaultImages.redis,
      nats: BENCH_NATS_IMAGE || defaultImages.nats,
    },
  }
}

/**
 * The same, for a run that will use them.
 * @throws {EnvironmentError} also if options say how to be admitted to a server that no address names.
 */
export function addressedSettings(env: Environment): BackendSettings {
  const settings = backendSettings(env)
  if (settings.choice !== 'auto' && settings.choice !== 'external') return settings
  for (const kind of ['redis', 'nats'] as const) {
    const address = variableOf(kind, 'url')
    const [option] = optionsIn(env, kind).keys()
    if (option === undefined || env[address]) continue
    throw new EnvironmentError(
      `${option.variable} is set without ${address}: it is for a server of your own. Set ${address} too, or ` +
        'BENCH_BACKEND=programs to start servers.',
    )
  }
  return settings
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
