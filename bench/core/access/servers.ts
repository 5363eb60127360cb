import { Redis } from 'ioredis'
import type { AccessUser } from '../../../src/access/access-user.ts'
import { freePort } from '../../../src/environment/free-port.ts'
import {
  CONFIGURATION_FILE,
  startNatsProgram,
  startRedisProgram,
  type ServerProgram,
} from '../../../src/environment/programs.ts'
import {
  createRedisUser,
  loadFunctions,
  natsConfigurationOf,
  passwordOf,
  userOf,
} from '../../../src/access/testing/tenant-users.ts'
import { TestAuthority } from '../../../src/registry/testing/certificates.ts'

/** The addresses of a Redis and a NATS. */
export interface Addresses {
  readonly redisUrl: string
  readonly natsUrls: readonly string[]
}

/** How a client reaches the servers. */
export interface Access {
  /** Whether by TLS. */
  readonly tls: boolean
  /** The tenant whose users it has; `null`: it may do everything. */
  readonly tenant: string | null
}

/** One Redis for all, with and without TLS, and a NATS for each kind of access: it has one kind only. */
export interface AccessServers {
  /** The Redis as a user who may do everything. */
  readonly adminUrl: string
  readonly addressesFor: (access: Access) => Promise<Addresses>
  readonly stop: () => Promise<void>
}

/** @param tenants those that get users of their own. */
export async function startAccessServers(tenants: readonly string[]): Promise<AccessServers> {
  const authority = new TestAuthority()
  const started: ServerProgram[] = []
  const { cert, key } = authority.issue('IP:127.0.0.1')
  const tlsPort = await freePort()
  const redis = await startRedisProgram({
    extraArgs: [
      '--tls-port',
      `${tlsPort}`,
      '--tls-auth-clients',
      'no',
      '--tls-cert-file',
      cert,
      '--tls-key-file',
      key,
      '--tls-ca-cert-file',
      authority.ca,
    ],
  })
  started.push(redis)
  const admin = new Redis(redis.url)
  await loadFunctions(admin)
  const users = tenants.map(userFor)
  for (const user of users) await createRedisUser(admin, user)
  const startNats = async (tls: boolean, hasUsers: boolean): Promise<ServerProgram> => {
    const configuration = [
      ...(tls ? [`tls { cert_file: "${cert}", key_file: "${key}" }`] : []),
      ...(hasUsers ? [natsConfigurationOf(users, 'shared')] : []),
    ]
    const files = { [CONFIGURATION_FILE]: configuration.join('\n') }
    const server = await startNatsProgram({ files })
    started.push(server)
    return server
  }
  const nats = new Map<string, Promise<ServerProgram>>()
  return {
    adminUrl: redis.url,
    addressesFor: async ({ tls, tenant }) => {
      const kind = `${tls} ${tenant !== null}`
      const server = nats.get(kind) ?? startNats(tls, tenant !== null)
      nats.set(kind, server)
      const { port } = await server
      const login = tenant === null ? '' : loginOf(tenant)
      const parameters = tls ? `?tls-ca=${authority.ca}` : ''
      return {
        redisUrl: `redis://${login}127.0.0.1:${tls ? tlsPort : redis.port}${parameters}`,
        natsUrls: [`nats://${login}127.0.0.1:${port}${parameters}`],
      }
    },
    stop: async () => {
      admin.disconnect()
      await Promise.all(started.map((server) => server.stop()))
      authority.remove()
    },
  }
}

/** Name and password of a tenant's user in an address. */
function loginOf(tenant: string): string {
  const user = userFor(tenant)
  return `${user.name}:${passwordOf(user)}@`
}

function userFor(tenant: string): AccessUser {
  return userOf(tenant, ['loadtest'], { quotas: true })
}
