import { didYouMean } from '../nearest-name.ts'
import { RegistryError } from './errors.ts'

/** The servers whose addresses take parameters. */
export type ServerKind = 'redis' | 'nats'

const OF_BOTH = ['tls-ca', 'tls-cert', 'tls-key', 'tls-server-name', 'password-file'] as const

/** `?name=value` of an address. Those about secrets refer to files: an address may be shown. */
export const REDIS_PARAMETERS = [...OF_BOTH, 'scripts'] as const

export const NATS_PARAMETERS = [...OF_BOTH, 'token-file', 'nkey-file', 'creds'] as const

export type NatsParameter = (typeof NATS_PARAMETERS)[number]

export type RedisParameter = (typeof REDIS_PARAMETERS)[number]

/** A parameter of either kind of address. */
export type ServerParameter = NatsParameter | RedisParameter

/** An address with a parameter that is wrong. It shows no value, because somebody may have written a password. */
export class ParameterError extends RegistryError {
  /** What is wrong; follows "the URL". */
  readonly fault: string

  constructor(kind: ServerKind, fault: string) {
    const sentence = /[.?]$/.test(fault) ? fault : `${fault}.`
    super('INVALID_ARGUMENT', `The ${TITLES[kind]} URL ${sentence}`)
    this.fault = sentence
  }
}

/** How people know a kind of server. */
export const TITLES: Readonly<Record<ServerKind, string>> = { redis: 'Redis', nats: 'NATS' }

/**
 * Reads the query of an address, such as `?tls-ca=%2Fetc%2Fca.pem`.
 * @param search with or without its question mark.
 * @throws ParameterError for unknown, repeated, empty and wrongly escaped parameters.
 */
export function readParameters<Name extends string>(
  kind: ServerKind,
  search: string,
  known: readonly Name[],
): Readonly<Partial<Record<Name, string>>> {
  const read: Partial<Record<Name, string>> = {}
  for (const part of search.replace(/^\?/, '').split('&')) {
    if (part === '') continue
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(part) ?? []
    const parameter = known.find((one) => one === name)
    if (parameter === undefined) throw unknownParameter(kind, name, known)
    if (read[parameter] !== undefined) {
      throw new ParameterError(kind, `has ?${name}= twice; write it once`)
    }
    read[parameter] = decodedValue(kind, name, value)
  }
  return read
}

/** The query with these parameters, or nothing without any. */
export function writeParameters(
  parameters: Readonly<Partial<Record<ServerParameter, string | undefined>>>,
): string {
  const parts = Object.entries(parameters)
    .filter((entry) => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? '').replaceAll('%2F', '/')}`)
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

/**
 * The places where a parameter can be set, to be named in an error: in the address, by an environment variable,
 * or by a flag of the commands.
 */
export function settingsOf(kind: ServerKind, parameter: ServerParameter): string {
  return `?${parameter}= in the address, ${variableOf(kind, parameter)} or ${flagOf(kind, parameter)}`
}

/** The environment variable of a parameter, such as `REDIS_TLS_CA`. */
export function variableOf(kind: ServerKind, parameter: string): string {
  return `${kind}-${parameter}`.toUpperCase().replaceAll('-', '_')
}

/** The flag of a parameter, such as `--redis-tls-ca`. */
export function flagOf(kind: ServerKind, parameter: string): string {
  return `--${kind}-${parameter}`
}

function unknownParameter(
  kind: ServerKind,
  name: string,
  known: readonly string[],
): ParameterError {
  // Shown only if it is a typo: it may be a part of a password with a raw question mark.
  const guess = didYouMean(name, known)
  const shown = guess === '' ? 'a parameter' : `?${name}=`
  return new ParameterError(
    kind,
    `has ${shown} that doesn't exist; the parameters are ${known.join(', ')}.${guess}`,
  )
}

function decodedValue(kind: ServerKind, name: string, value: string): string {
  let decoded = ''
  try {
    decoded = decodeURIComponent(value)
  } catch {
    throw new ParameterError(
      kind,
      `has an invalid "%" escape in ?${name}=; write a literal "%" as "%25"`,
    )
  }
  if (decoded === '')
    throw new ParameterError(kind, `has an empty ?${name}=; give it a value, or leave it out`)
  return decoded
}
