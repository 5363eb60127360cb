import { takeOptions, text, type Take, type Takes } from './arguments.ts'
import { RegistryError } from './errors.ts'

/** When credentials end: a time, or ms since 1970. Without it, they are used until a server refuses them. */
type ExpiresAt = Date | number

/** How to be admitted to Redis. */
export interface RedisCredentials {
  /** The ACL user. Default: Redis's `default` user. */
  readonly username?: string
  readonly password: string
  readonly expiresAt?: ExpiresAt
}

/** How to be admitted to NATS: exactly one of user and password, token, nkey or creds. */
export type NatsCredentials =
  | { readonly user: string; readonly password: string; readonly expiresAt?: ExpiresAt }
  | { readonly token: string; readonly expiresAt?: ExpiresAt }
  /** The seed of an nkey, which begins with `SU`. */
  | { readonly nkeySeed: string; readonly expiresAt?: ExpiresAt }
  /** The text of a `.creds` file, with JWT and seed. Default of `expiresAt`: the end in the JWT. */
  | { readonly creds: string; readonly expiresAt?: ExpiresAt }

/**
 * Provides credentials. It is asked when a registry connects, and again before they end or when a server refuses
 * them. The signal aborts when the answer is no longer awaited.
 */
export type CredentialsProvider<T> = (signal: AbortSignal) => T | PromiseLike<T>

const expiresAt: Take<ExpiresAt> = (value, where) => {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  // A text isn't repeated: it may be a secret in the wrong place.
  throw invalid(`${where}: must be a Date or a number of ms since 1970`)
}

const redisTakes: Takes<RedisCredentials> = { username: secret, password: secret, expiresAt }

const natsTakes = {
  user: secret,
  password: secret,
  token: secret,
  nkeySeed: nkeySeed,
  creds: credsText,
  expiresAt,
}

/**
 * Checks credentials for Redis.
 * @throws RegistryError `INVALID_ARGUMENT`; its message never repeats a value.
 */
export const takeRedisCredentials: Take<RedisCredentials> = (value, where) => {
  const { password, ...others } = takeOptions(unlessText(value, where), where, redisTakes)
  if (password === undefined) throw invalid(`${where}.password is missing`)
  return { password, ...others }
}

/**
 * Checks credentials for NATS.
 * @throws RegistryError `INVALID_ARGUMENT`; its message never repeats a value.
 */
export const takeNatsCredentials: Take<NatsCredentials> = (value, where) => {
  const {
    user,
    password,
    token,
    nkeySeed: seed,
    creds,
    ...end
  } = takeOptions(unlessText(value, where), where, natsTakes)
  const kinds: NatsCredentials[] = []
  if (user !== undefined && password !== undefined) kinds.push({ user, password, ...end })
  if (token !== undefined) kinds.push({ token, ...end })
  if (seed !== undefined) kinds.push({ nkeySeed: seed, ...end })
  if (creds !== undefined) kinds.push({ creds, ...end })
  const [kind] = kinds
  const isHalf = (user === undefined) !== (password === undefined)
  if (kind !== undefined && kinds.length === 1 && !isHalf) return kind
  throw invalid(`${where}: must have exactly one of user and password, token, nkeySeed, creds`)
}

/** A value, or a function that provides it. */
export function orProvider<T>(takeValue: Take<T>): Take<T | CredentialsProvider<T>> {
  return (value, where) =>
    typeof value === 'function' ? (value as CredentialsProvider<T>) : takeValue(value, where)
}

/** Refuses a text, which would be a password: the error for other values repeats them. */
function unlessText(value: unknown, where: string): unknown {
  if (typeof value !== 'string') return value
  throw invalid(`${where}: must be an object, not a string`)
}

/** A text that errors never repeat. */
function secret(value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw invalid(`${where}: must be a string that is not empty`)
}

function nkeySeed(value: unknown, where: string): string {
  const seed = text(value ?? '', where).trim()
  if (/^SU[A-Z2-7]{56}$/.test(seed)) return seed
  throw invalid(`${where}: must be the seed of a user's nkey, SU and 56 more letters and digits`)
}

function credsText(value: unknown, where: string): string {
  const creds = secret(value, where)
  if (CREDS.test(creds)) return creds
  throw invalid(
    `${where}: must be the text of a .creds file, with a user's JWT and the seed of its nkey`,
  )
}

const CREDS =
  /-{3,}BEGIN NATS USER JWT-{3,}\s+[\w-]+\.[\w-]+\.[\w-]+\s+-{3,}END NATS USER JWT-{3,}[^]*-{3,}BEGIN USER NKEY SEED-{3,}\s+SU[A-Z2-7]{56}\s+-{3,}END USER NKEY SEED-{3,}/

function invalid(message: string): RegistryError {
  return new RegistryError('INVALID_ARGUMENT', message)
}
