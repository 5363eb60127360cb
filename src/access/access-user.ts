import { natsRights, type NatsRights } from './nats-rights.ts'
import { redisRights, type RedisRights } from './redis-rights.ts'
import type { AccessRequest } from './role.ts'

/** A user of Redis and NATS, and its rights. */
export interface AccessUser {
  readonly name: string
  readonly tenant: string
  /** The SHA-256 of its password, in hexadecimal digits; `null`: nobody can log in until it is given one. */
  readonly passwordSha256: string | null
  readonly redis: RedisRights
  readonly nats: NatsRights
  /** Whether it needs JetStream, in an account of its tenant's own. */
  readonly durable: boolean
}

/**
 * The user for some roles of a tenant.
 * @param options.name default: the tenant and the roles, joined with `-`.
 * @throws RegistryError `INVALID_ARGUMENT` for an invalid namespace or prefix of subjects.
 */
export function accessUser(
  request: AccessRequest,
  options: { readonly name?: string; readonly passwordSha256?: string } = {},
): AccessUser {
  return {
    name: options.name ?? [request.tenant, ...request.roles].join('-'),
    tenant: request.tenant,
    passwordSha256: options.passwordSha256 ?? null,
    redis: redisRights(request),
    nats: natsRights(request),
    durable: request.durable,
  }
}
