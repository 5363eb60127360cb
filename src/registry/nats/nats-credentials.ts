import { type Authenticator, credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node'
import type { Take } from '../arguments.ts'
import {
  takeNatsCredentials,
  type CredentialsProvider,
  type NatsCredentials,
} from '../credentials.ts'
import { RegistryError } from '../errors.ts'
import { RenewedCredentials } from '../renewed-credentials.ts'
import type { Warnings } from '../warnings.ts'

/** Credentials for NATS that all connections of a messenger share. */
export type RenewedNatsCredentials = RenewedCredentials<NatsCredentials>

/**
 * Opens credentials, asking their provider.
 * @param timeoutMs how long the provider may take.
 * @throws RegistryError `CREDENTIALS_FAILED`
 */
export function openNatsCredentials(
  given: NatsCredentials | CredentialsProvider<NatsCredentials>,
  timeoutMs: number,
  warnings: Warnings,
): Promise<RenewedNatsCredentials> {
  const where = 'options.natsCredentials'
  return RenewedCredentials.open({ given, take: takeUsable, where, endOf, timeoutMs, warnings })
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
