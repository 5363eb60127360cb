import { connect, type NatsConnection } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { RegistryError } from '../registry/errors.ts'
import { parseServerAddresses } from '../registry/nats/server-address.ts'
import { parseRedis } from '../registry/redis/address.ts'
import { optionsFor } from '../registry/redis/client-options.ts'

const TIMEOUT_MS = 5_000

/**
 * A client of one Redis server, without the registry, that is admitted as its address says.
 * @param url as in `ServerBackends`; of several nodes, the first.
 * @param at another node of the same servers.
 * @throws RegistryError `INVALID_ARGUMENT` for Sentinels, and for a file of no use.
 */
export function bareRedis(
  url: string,
  at?: { readonly host: string; readonly port: number },
): Redis {
  const place = parseRedis(url)
  if (place.kind === 'sentinel') {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'A bare client needs the address of a server, not of Sentinels.',
    )
  }
  const [access] = place.addresses
  const { host, port } = at ?? access
  return new Redis({ ...optionsFor(access, TIMEOUT_MS), host, port, db: access.database })
}

/**
 * A client of NATS, without the registry, that is admitted as the addresses say.
 * @throws RegistryError `INVALID_ARGUMENT` for a file of no use; the client's error if no server admits it.
 */
export function bareNats(urls: readonly string[]): Promise<NatsConnection> {
  const { hosts, credentials } = parseServerAddresses(urls)
  // A server that refuses names those of its cluster, itself too, and the client would try them for good.
  return connect({ servers: [...hosts], ...credentials, ignoreClusterUpdates: true })
}
