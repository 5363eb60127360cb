/** Users of tenants on servers of a test's own. */
import type { Redis } from 'ioredis'
import { functionLibrary } from '../../registry/redis/functions.ts'
import { DEFAULT_SUBJECT_PREFIX } from '../../registry/nats/subjects.ts'
import { accessUser, type AccessUser } from '../access-user.ts'
import { type AccountModel, natsConfiguration, passwordVariable } from '../render-nats.ts'
import { aclRules } from '../render-redis.ts'
import type { AccessRequest, RoleName } from '../role.ts'

type Named = Pick<AccessUser, 'name'>

/** The password of a user here. */
export function passwordOf({ name }: Named): string {
  return `password-of-${name}`
}

/** A user with the rights of some roles; by default with functions, on a single server. */
export function userOf(
  tenant: string,
  roles: readonly RoleName[],
  changes: Partial<AccessRequest> = {},
): AccessUser {
  return accessUser(requestOf({ roles, tenant, ...changes }))
}

/** A request for rights; by default of tenant `a`'s gateway with functions, on a single server. */
export function requestOf(changes: Partial<AccessRequest> = {}): AccessRequest {
  return {
    roles: ['gateway'],
    tenant: 'a',
    subjectPrefix: DEFAULT_SUBJECT_PREFIX,
    topology: 'server',
    functions: true,
    durable: false,
    waitForReplicas: false,
    quotas: false,
    database: 0,
    ...changes,
  }
}

/** Makes a user in Redis, as an administrator would. */
export async function createRedisUser(
  admin: Redis,
  user: AccessUser,
  rules: readonly string[] = aclRules(user),
): Promise<void> {
  await admin.acl('SETUSER', user.name, ...rules, `>${passwordOf(user)}`)
}

/** Loads the registry's functions into a server. */
export async function loadFunctions(admin: Redis): Promise<void> {
  await admin.function('LOAD', 'REPLACE', functionLibrary())
}

/** The address of a Redis with a user's name and password. */
export function urlFor(user: Named, port: number): string {
  return `redis://${user.name}:${passwordOf(user)}@127.0.0.1:${port}`
}

/** The configuration of a NATS server with these users and their passwords. */
export function natsConfigurationOf(users: readonly AccessUser[], model: AccountModel): string {
  return users.reduce(
    (text, user) => text.replaceAll(`$${passwordVariable(user)}\n`, `"${passwordOf(user)}"\n`),
    natsConfiguration(users, model),
  )
}

/** The address of a NATS server with a user's name and password. */
export function natsUrlFor(user: Named, port: number): string {
  return `nats://${user.name}:${passwordOf(user)}@127.0.0.1:${port}`
}
