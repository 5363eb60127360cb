import type { ConnectionOptions } from '@nats-io/transport-node'
import { RegistryError } from '../errors.ts'

/** Server addresses and credentials, separated so that no address contains credentials. */
export interface ServerAddresses {
  /** `host:port` each, as used in messages. */
  readonly hosts: readonly string[]
  readonly credentials: Pick<ConnectionOptions, 'user' | 'pass' | 'token' | 'tls'>
}

/**
 * Parses `nats://[user:password@]host[:port]` or `nats://[token@]host[:port]`. `tls://` requires TLS; no
 * scheme means `nats://`.
 * @throws RegistryError `INVALID_ARGUMENT`; its message never contains credentials.
 */
export function parseServerAddresses(servers: readonly string[]): ServerAddresses {
  if (servers.length === 0) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      'The list of NATS servers is empty; give at least one URL.',
    )
  }
  const hosts: string[] = []
  let credentials: ServerAddresses['credentials'] = {}
  let named: string | null = null
  for (const [index, server] of servers.entries()) {
    const url = parse(server, index)
    hosts.push(`${url.hostname}:${url.port || '4222'}`)
    if (url.protocol === 'tls:') credentials = { ...credentials, tls: {} }
    if (url.username === '') continue
    const account = `${url.username}:${url.password}`
    if (named !== null && named !== account) {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        'The NATS server URLs have different credentials; the servers of one cluster share them.',
      )
    }
    named = account
    const user = decodeURIComponent(url.username)
    credentials =
      url.password === ''
        ? { ...credentials, token: user }
        : { ...credentials, user, pass: decodeURIComponent(url.password) }
  }
  return { hosts, credentials }
}

function parse(server: string, index: number): URL {
  const text = server.trim()
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `nats://${text}`
  let url: URL | null = null
  try {
    url = new URL(withScheme)
    decodeURIComponent(url.username + url.password)
  } catch {
    url = null
  }
  if (url === null || url.hostname === '' || !['nats:', 'tls:'].includes(url.protocol)) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `NATS server ${index + 1} of the list does not have the form nats://[user:password@]host:port.`,
    )
  }
  return url
}
