import { withRedisAccess } from '../../environment/addresses.ts'
import { admittedNatsUrls, admittedRedisUrl } from '../../environment/admitted-urls.ts'
import { withoutOptions, type Environment } from '../../environment/server-options.ts'
import { InputError } from '../../input-error.ts'

/** The flags that name the servers to measure; any of them may hold a password. */
export interface ServerFlags {
  readonly redisAddr?: string
  readonly redisPassword?: string
  readonly redisDb?: string
  readonly natsServers?: string
  readonly backend?: string
}

/** The environment variables that `backendSettings` reads; those of `SERVER_OPTIONS` too, if addresses have them. */
export type ServerSettings = Readonly<Record<'REDIS_URL' | 'NATS_URL' | 'BENCH_BACKEND', string>>

const DEFAULT_REDIS = 'redis://localhost:6379'
const DEFAULT_NATS = 'nats://localhost:4222'

/**
 * The servers' addresses. If flags give only some of them, the environment or the default fills in the
 * rest. Without these flags, the environment stays as it is.
 * @throws InputError, EnvironmentError for an invalid address, without repeating it.
 */
export function serverSettings(flags: ServerFlags, env: Environment): ServerSettings {
  const { redisAddr, redisPassword, redisDb, natsServers, backend } = flags
  const { REDIS_URL = '', NATS_URL = '', BENCH_BACKEND = '' } = env
  const given = [redisAddr, redisPassword || undefined, redisDb, natsServers]
  if (given.every((flag) => flag === undefined)) {
    return { REDIS_URL, NATS_URL, BENCH_BACKEND: backend ?? BENCH_BACKEND }
  }
  if (backend !== undefined && backend !== 'external') {
    throw new InputError(
      `--backend ${backend} starts its own servers: omit either --backend or the addresses.`,
    )
  }
  // A password in a flag takes the place of those in the environment.
  const others = redisPassword ? { ...env, REDIS_PASSWORD: '', REDIS_PASSWORD_FILE: '' } : env
  const redis =
    redisAddr === undefined
      ? admittedRedisUrl(REDIS_URL || DEFAULT_REDIS, others)
      : admittedRedisUrl(redisAddr, others, '--redis-addr')
  const nats =
    natsServers === undefined
      ? admittedNatsUrls(NATS_URL || DEFAULT_NATS, env)
      : admittedNatsUrls(natsServers, env, '--nats-servers')
  return {
    ...withoutOptions(env),
    REDIS_URL: withAccess(redis, redisPassword, redisDb),
    NATS_URL: nats.join(','),
    BENCH_BACKEND: 'external',
  }
}

/** An address with the password and the database of other flags. */
function withAccess(address: string, password: string | undefined, db: string | undefined): string {
  if (db !== undefined && !/^\d{1,5}$/.test(db)) {
    throw new InputError(`--redis-db: "${db}" must be a whole number from 0, such as 2.`)
  }
  return withRedisAccess(address, {
    ...(password ? { password, passwordFile: undefined } : {}),
    ...(db === undefined ? {} : { database: Number(db) }),
  })
}
