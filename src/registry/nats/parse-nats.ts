import { RegistryError } from '../errors.ts'
import {
  NATS_PARAMETERS,
  ParameterError,
  readParameters,
  type NatsParameter,
} from '../server-parameters.ts'
import { PLAIN_TLS, tlsOf } from '../tls.ts'
import type { NatsAccess } from './authenticator.ts'

/** NATS servers of one cluster, and how to be admitted. */
export interface NatsPlace {
  /** `host:port` each, as used in messages. */
  readonly hosts: readonly string[]
  readonly access: NatsAccess
}

type Parameters = Readonly<Partial<Record<NatsParameter, string>>>

/**
 * Parses `nats://[user:password@]host[:port]` or `nats://[token@]host[:port]`. `tls://` requires TLS; no
 * scheme means `nats://`. All may end with parameters, such as `?tls-ca=/etc/ca.pem&creds=/run/user.creds`; those of
 * one server are those of all. Reads no file.
 * @throws RegistryError `INVALID_ARGUMENT`; its message never contains credentials.
 */
export function parseNats(servers: readonly string[]): NatsPlace {
  if (servers.length === 0) {
    throw invalid('The list of NATS servers is empty; give at least one URL.')
  }
  const urls = servers.map(parse)
  const accounts = new Set(urls.filter(hasAccount).map((url) => `${url.username}:${url.password}`))
  if (accounts.size > 1) {
    throw invalid(
      'The NATS server URLs have different credentials; the servers of one cluster share them.',
    )
  }
  const parameters = sharedParameters(urls)
  const account = urls.find(hasAccount)
  const usesTls = urls.some(({ protocol }) => protocol === 'tls:')
  return {
    hosts: urls.map(({ hostname, port }) => `${hostname}:${port || '4222'}`),
    access: accessOf(account, parameters, usesTls),
  }
}

function accessOf(account: URL | undefined, parameters: Parameters, usesTls: boolean): NatsAccess {
  const user = account === undefined ? undefined : decodeURIComponent(account.username)
  const password = decodeURIComponent(account?.password ?? '') || undefined
  const passwordFile = parameters['password-file']
  // A name alone is a token, unless a file has its password.
  const isToken = password === undefined && passwordFile === undefined
  const access = {
    user: isToken ? undefined : user,
    password,
    passwordFile,
    token: isToken ? user : undefined,
    tokenFile: parameters['token-file'],
    nkeyFile: parameters['nkey-file'],
    credsFile: parameters.creds,
    tls: tlsOf('nats', parameters) ?? (usesTls ? PLAIN_TLS : null),
  }
  requireOneKind(access)
  return access
}

/** @throws RegistryError `INVALID_ARGUMENT` if there is more than one way to be admitted. */
function requireOneKind(access: NatsAccess): void {
  const kinds = {
    'a user': access.user,
    'a token': access.token,
    '?token-file=': access.tokenFile,
    '?nkey-file=': access.nkeyFile,
    '?creds=': access.credsFile,
  }
  const given = Object.entries(kinds).flatMap(([kind, value]) => (value === undefined ? [] : kind))
  if (given.length > 1) {
    throw new ParameterError('nats', `has ${given.join(' and ')}; keep one of them`)
  }
  if (access.passwordFile === undefined) return
  if (access.user === undefined) {
    throw new ParameterError(
      'nats',
      'has a ?password-file= without a user; write nats://user@host:4222?password-file=…',
    )
  }
  if (access.password !== undefined) {
    throw new ParameterError('nats', 'has a password and a ?password-file=; keep one of them')
  }
}

/** @throws RegistryError `INVALID_ARGUMENT` if servers differ in a parameter. */
function sharedParameters(urls: readonly URL[]): Parameters {
  const shared: Partial<Record<NatsParameter, string>> = {}
  for (const url of urls) {
    const parameters = readParameters('nats', url.search, NATS_PARAMETERS)
    for (const name of NATS_PARAMETERS) {
      const value = parameters[name]
      if (value === undefined) continue
      if ((shared[name] ?? value) !== value) {
        throw new ParameterError(
          'nats',
          `has several servers with different ?${name}=; servers of one cluster share it`,
        )
      }
      shared[name] = value
    }
  }
  return shared
}

function hasAccount({ username }: URL): boolean {
  return username !== ''
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
  // An @ after the host means that a raw / ? or # in a password has cut the address short.
  const isWhole = url !== null && !/@/.test(url.pathname + url.search) && url.hash === ''
  if (
    url === null ||
    !isWhole ||
    url.hostname === '' ||
    !['nats:', 'tls:'].includes(url.protocol)
  ) {
    throw invalid(
      `NATS server ${index + 1} of the list does not have the form nats://[user:password@]host:port.`,
    )
  }
  return url
}

function invalid(message: string): RegistryError {
  return new RegistryError('INVALID_ARGUMENT', message)
}
