import { take, takeOptions, type Take, type Takes } from './arguments.ts'
import { RegistryError } from './errors.ts'
import { isPlainObject } from './json-check.ts'
import { TITLES, type ServerKind } from './server-parameters.ts'
import { tlsOptions, tlsParameters, type Pem, type TlsSettings } from './tls.ts'

/** TLS, and what it checks. `{}` is TLS with the authorities that Node trusts. */
export interface TlsOption {
  /** Certificates of the authorities to trust, as PEM text or `{ file }`. Default: Node's. */
  readonly ca?: Pem
  /** The client's certificate with its chain, if the server asks for one, and its key. */
  readonly cert?: Pem
  readonly key?: Pem
  /** The name that the server's certificate must have, instead of the host in the address. */
  readonly serverName?: string
}

/** Never repeats the value: it may be a key. */
const pem: Take<Pem> = (value, where) => {
  if (typeof value === 'string') return value
  if (isPlainObject(value) && typeof value['file'] === 'string') return { file: value['file'] }
  throw new RegistryError('INVALID_ARGUMENT', `${where}: must be PEM text or { file: <path> }`)
}

const takes: Takes<TlsOption> = {
  ca: pem,
  cert: pem,
  key: pem,
  serverName: take(
    (value): value is string => typeof value === 'string' && value !== '',
    'a host name',
  ),
}

/**
 * Checks a TLS option, and that its certificates and keys can be used.
 * @throws RegistryError `INVALID_ARGUMENT`; its message never repeats PEM.
 */
export function takeTls(kind: ServerKind): Take<TlsOption> {
  return (value, where) => {
    if (typeof value === 'string') {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `${where}: must be an object with any of ca, cert, key, serverName, not a string`,
      )
    }
    const option = takeOptions(value, where, takes)
    const { cert, key } = option
    if ((cert === undefined) !== (key === undefined)) {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `${where}: cert and key belong together, and ${cert === undefined ? 'cert' : 'key'} is missing`,
      )
    }
    try {
      tlsOptions(kind, settingsOf(option))
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      throw new RegistryError('INVALID_ARGUMENT', `${where}: ${error.message}`)
    }
    return option
  }
}

function settingsOf({ ca, cert, key, serverName }: TlsOption): TlsSettings {
  return {
    ca: ca ?? null,
    cert: cert ?? null,
    key: key ?? null,
    serverName: serverName ?? null,
  }
}

/**
 * The TLS of an address and of an option beside it.
 * @throws RegistryError `INVALID_ARGUMENT` if both have settings, because one would be ignored.
 */
export function tlsWith(
  kind: ServerKind,
  inAddress: TlsSettings | null,
  option: TlsOption | undefined,
): TlsSettings | null {
  if (option === undefined) return inAddress
  if (Object.keys(tlsParameters(inAddress)).length === 0) return settingsOf(option)
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `The ${TITLES[kind]} URL has tls- parameters, and so has the option ${kind}Tls; leave out one of them.`,
  )
}
