import { type Authenticator, credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node'
import type { Take } from '../arguments.ts'
import {
  takeNatsCredentials,
  type CredentialsProvider,
  type NatsCredentials,
} from '../credentials.ts'
import { RegistryError } from '../errors.ts'
import { RenewedCredentials } from '../renewed-credentials.ts'
import { quoted } from '../text.ts'
import type { Warnings } from '../warnings.ts'
import { readCreds, type NatsAccess } from './authenticator.ts'
import { parseNats } from './parse-nats.ts'

/** Credentials for NATS that all connections of a messenger share. */
export type RenewedNatsCredentials = RenewedCredentials<NatsCredentials>

/**
 * The credentials that change while a messenger is connected: those that are given, or a `.creds` file of the addresses whose
 * JWT ends, and which is read again before. `null` for all others.
 * @param timeoutMs how long a provider may take.
 * @throws RegistryError `CREDENTIALS_FAILED`; `INVALID_ARGUMENT` if both are given.
 */
export async function changingNatsCredentials(
  servers: readonly string[],
  given: NatsCredentials | CredentialsProvider<NatsCredentials> | undefined,
  timeoutMs: number,
  warnings: Warnings,
): Promise<RenewedNatsCredentials | null> {
  const { access } = parseNats(servers)
  const how = { take: takeUsable, endOf, timeoutMs, warnings }
  if (given !== undefined) {
    requireNone(access)
    return RenewedCredentials.open({ ...how, given, where: 'options.natsCredentials' })
  }
  const { credsFile } = access
  if (credsFile === undefined) return null
  const read = (): NatsCredentials => ({ creds: readCreds(credsFile) })
  if (endOf(read()) === null) return null
  return RenewedCredentials.open({
    ...how,
    given: read,
    where: `NATS creds ${quoted(credsFile, 500)}`,
  })
}

function requireNone(access: NatsAccess): void {
  const isGiven = (name: string, value: unknown): boolean => name !== 'tls' && value !== undefined
  if (!Object.entries(access).some(([name, value]) => isGiven(name, value))) return
  throw new RegistryError(
    'INVALID_ARGUMENT',
    'The NATS server URLs have credentials, and so has natsCredentials; leave out one of them.',
  )
}

/**
 * How one of the library's connections is admitted: first with the credentials it was opened with, and when it reconnects,
 * with the latest.
 */
export class Admission {
  readonly #credentials: RenewedNatsCredentials
  #used: NatsCredentials
  #isFirst = true

  constructor(credentials: RenewedNatsCredentials, first: NatsCredentials) {
    this.#credentials = credentials
    this.#used = first
  }

  readonly authenticator: Authenticator = (nonce) => {
    if (!this.#isFirst) this.#used = this.#credentials.current
    try {
      return answerTo(this.#used, nonce)
    } catch {
      // The library would close the connection for good; without an answer, the server refuses and it tries again.
      return undefined
    }
  }

  /** Call once it is connected. */
  connected(): void {
    this.#isFirst = false
  }

  /** The server refused the credentials that were used last. */
  refused(): void {
    this.#credentials.refused(this.#used)
  }
}

const takeUsable: Take<NatsCredentials> = (value, where) => {
  const credentials = takeNatsCredentials(value, where)
  try {
    answerTo(credentials, 'nonce')
    return credentials
  } catch {
    // The reason could quote the seed.
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `${where}: the seed of its nkey has a wrong checksum or is incomplete`,
    )
  }
}

function answerTo(credentials: NatsCredentials, nonce?: string): ReturnType<Authenticator> {
  if ('user' in credentials) return { user: credentials.user, pass: credentials.password }
  if ('token' in credentials) return { auth_token: credentials.token }
  if ('nkeySeed' in credentials) return nkeyAuthenticator(bytesOf(credentials.nkeySeed))(nonce)
  return credsAuthenticator(bytesOf(credentials.creds))(nonce)
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text.replaceAll('\r\n', '\n'))
}

/** When credentials end, in ms since 1970: as given, or as their JWT says; `null` if neither does. */
function endOf(credentials: NatsCredentials): number | null {
  if (credentials.expiresAt !== undefined) return Number(credentials.expiresAt)
  if (!('creds' in credentials)) return null
  const [, claims = ''] = /-{3,}\s+[\w-]+\.([\w-]+)\.[\w-]+\s+-{3,}/.exec(credentials.creds) ?? []
  try {
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp?: unknown }
    return typeof exp === 'number' && exp > 0 ? exp * 1_000 : null
  } catch {
    return null
  }
}
