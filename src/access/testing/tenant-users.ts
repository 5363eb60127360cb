/** Users of tenants on servers of a test's own. */
import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { functionLibrary } from '../../registry/redis/functions.ts'
import { DEFAULT_SUBJECT_PREFIX } from '../../registry/nats/subjects.ts'
import { accessUser, type AccessUser } from '../access-user.ts'
import { type AccountModel, natsConfiguration } from '../render-nats.ts'
import { aclRules } from '../render-redis.ts'
import type { AccessRequest, RoleName } from '../role.ts'

/** The password of every user here. */
export const PASSWORD = 'of-a-tenant'
const PASSWORD_SHA256 = createHash('sha256').update(PASSWORD).digest('hex')

/** A user with the rights of some roles; by default with functions, on a single server. */
export function userOf(
  tenant: string,
  roles: readonly RoleName[],
  changes: Partial<AccessRequest> = {},
): AccessUser {
  const request: AccessRequest = {
    roles,
    tenant,
    subjectPrefix: DEFAULT_SUBJECT_PREFIX,
    topology: 'server',
    functions: true,
    durable: false,
    waitForReplicas: false,
    database: 0,
    ...changes,
  }
  return accessUser(request, { passwordSha256: PASSWORD_SHA256 })
}

/** Makes a user in Redis, as an administrator would. */
export async function createRedisUser(
  admin: Redis,
  user: AccessUser,
  rules: readonly string[] = aclRules(user),
): Promise<void> {
  await admin.acl('SETUSER', user.name, ...rules)
}

/** Loads the registry's functions into a server. */
export async function loadFunctions(admin: Redis): Promise<void> {
  await admin.function('LOAD', 'REPLACE', functionLibrary())
}

/** The address of a Redis with a user's name and password. */
export function urlFor({ name }: Pick<AccessUser, 'name'>, port: number): string {
  return `redis://${encodeURIComponent(name)}:${PASSWORD}@127.0.0.1:${port}`
}

/** The configuration of a NATS server with these users, all with `PASSWORD`. */
export function natsConfigurationOf(users: readonly AccessUser[], model: AccountModel): string {
  return natsConfiguration(users, model).replaceAll(/\$\w+_PASSWORD/g, JSON.stringify(PASSWORD))
}

/** The address of a NATS server with a user's name and password. */
export function natsUrlFor({ name }: Pick<AccessUser, 'name'>, port: number): string {
  return `nats://${encodeURIComponent(name)}:${PASSWORD}@127.0.0.1:${port}`
}
