import type { ConnectionOptions } from '@nats-io/transport-node'
import { tlsWith, type TlsOption } from '../tls-option.ts'
import { authenticatorOf } from './authenticator.ts'
import { natsTls } from './nats-tls.ts'
import { parseNats } from './parse-nats.ts'

/** Server addresses and credentials, separated so that no address contains credentials. */
export interface ServerAddresses {
  /** `host:port` each, as used in messages. */
  readonly hosts: readonly string[]
  /** For the client's `connect`, which reads the files again at each of its connections. */
  readonly credentials: Pick<ConnectionOptions, 'authenticator' | 'tls'>
}

/**
 * What to connect to, and the client's options for it.
 * @param servers as `parseNats` takes them.
 * @param option TLS, instead of settings in the addresses.
 * @throws RegistryError `INVALID_ARGUMENT`, also if a file that an address refers to is of no use; its message never
 *   contains credentials.
 */
export function parseServerAddresses(
  servers: readonly string[],
  option?: TlsOption,
): ServerAddresses {
  const { hosts, access } = parseNats(servers)
  const tls = tlsWith('nats', access.tls, option)
  const authenticator = authenticatorOf(access)
  return {
    hosts,
    credentials: {
      ...(authenticator === null ? {} : { authenticator }),
      ...(tls === null ? {} : { tls: natsTls(tls, hosts) }),
    },
  }
}
