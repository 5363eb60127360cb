import { Redis } from 'ioredis'
import {
  CONFIGURATION_FILE,
  startNatsProgram,
  startRedisProgram,
  type ServerProgram,
} from '../../environment/programs.ts'
import { connectRegistry, type ConnectOptions } from '../../registry/connect.ts'
import type { Quotas } from '../../registry/quotas/quotas.ts'
import { quotaCommands } from '../../registry/redis/stored-quotas.ts'
import type { MulticastRegistry } from '../../registry/registry.ts'
import type { AccountModel } from '../render-nats.ts'
import type { RoleName } from '../role.ts'
import {
  createRedisUser,
  loadFunctions,
  natsConfigurationOf,
  natsUrlFor,
  urlFor,
  userOf,
} from './tenant-users.ts'

/** A Redis and a NATS whose users are tenants; a tenant's users have its name. */
export interface TenantServers {
  readonly redis: ServerProgram
  readonly nats: ServerProgram
  /** May do everything in Redis. */
  readonly admin: Redis
  /** A registry of a tenant, as its users. */
  readonly connect: (
    tenant: string,
    options?: Partial<ConnectOptions>,
  ) => Promise<MulticastRegistry>
  readonly stop: () => Promise<void>
}

/**
 * Starts servers with users for tenants, and without others: Redis's default user is off.
 * @param tenants the namespaces; those with quotas are held to them, `null`: without.
 * @param roles the rights of each.
 * @throws {EnvironmentError} without `redis-server` or `nats-server`.
 */
export async function startTenantServers(
  tenants: Readonly<Record<string, Quotas | null>>,
  roles: readonly RoleName[] = ['loadtest'],
  model: AccountModel = 'shared',
): Promise<TenantServers> {
  const users = Object.entries(tenants).map(([name, quotas]) => ({
    ...userOf(name, roles, { quotas: quotas !== null }),
    name,
  }))
  const redis = await startRedisProgram()
  let nats: ServerProgram
  try {
    const files = { [CONFIGURATION_FILE]: natsConfigurationOf(users, model) }
    nats = await startNatsProgram({ files })
  } catch (error) {
    await redis.stop()
    throw error
  }
  const opening = new Redis(redis.url)
  await opening.acl('SETUSER', 'root', 'on', '>root', '~*', '&*', '+@all')
  const admin = new Redis(`redis://root:root@127.0.0.1:${redis.port}`)
  await opening.acl('SETUSER', 'default', 'off')
  opening.disconnect()
  await loadFunctions(admin)
  for (const user of users) await createRedisUser(admin, user)
  for (const [namespace, quotas] of Object.entries(tenants)) {
    const commands = quotas === null ? [] : await quotaCommands(namespace, quotas)
    for (const [name = '', ...words] of commands) await admin.call(name, ...words)
  }
  return {
    redis,
    nats,
    admin,
    connect: (name, options = {}) =>
      connectRegistry({
        redisUrl: urlFor({ name }, redis.port),
        natsUrls: [natsUrlFor({ name }, nats.port)],
        namespace: name,
        scripts: 'functions',
        quotas: (tenants[name] ?? null) !== null,
        ...options,
      }),
    stop: async () => {
      admin.disconnect()
      await Promise.all([redis.stop(), nats.stop()])
    },
  }
}
