import type { Take } from './arguments.ts'
import type { CredentialsProvider } from './credentials.ts'
import { RegistryError } from './errors.ts'
import { quoted } from './text.ts'
import type { Warnings } from './warnings.ts'

/** An end before this time (1973) was meant in seconds. */
const OLDEST_END_MS = 1e11

/** How credentials are renewed. */
export interface RenewalOptions<T> {
  /** Credentials, or what provides them. */
  readonly given: T | CredentialsProvider<T>
  /** Checks what a provider returns. */
  readonly take: Take<T>
  /** The name of the option, for messages, such as `options.redisCredentials`. */
  readonly where: string
  /** When credentials end, in ms since 1970; `null` if it is unknown. */
  readonly endOf: (credentials: T) => number | null
  /** How long a provider may take, in ms. */
  readonly timeoutMs: number
  readonly warnings: Warnings
}

/** Asks a provider once. @throws RegistryError `CREDENTIALS_FAILED` */
export async function provided<T>(options: RenewalOptions<T>, signal: AbortSignal): Promise<T> {
  const { given, take, where, timeoutMs } = options
  if (typeof given !== 'function') throw failed(where, 'there is no provider')
  const ended = new AbortController()
  const end = Promise.withResolvers<never>()
  const onEnd = (): void => {
    const late = failed(where, `the provider did not answer within ${inSeconds(timeoutMs)}`)
    end.reject(late)
    ended.abort(late)
  }
  const timer = setTimeout(onEnd, timeoutMs)
  signal.addEventListener('abort', onEnd, { once: true })
  try {
    const provider = given as CredentialsProvider<T>
    const asked = Promise.resolve().then(() => provider(ended.signal))
    return unexpired(options, checked(take, await Promise.race([asked, end.promise]), where))
  } catch (error) {
    if (error instanceof RegistryError) {
      throw error.code === 'CREDENTIALS_FAILED' ? error : failed(where, reasonOf(error, where))
    }
    throw failed(where, `the provider failed: ${thrown(error)}`)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onEnd)
  }
}

/** @throws RegistryError `CREDENTIALS_FAILED` for credentials that a provider should not return. */
function checked<T>(take: Take<T>, value: unknown, where: string): T {
  try {
    return take(value, where)
  } catch (error) {
    throw failed(where, `the provider returned no valid credentials: ${reasonOf(error, where)}`)
  }
}

/** @throws RegistryError `CREDENTIALS_FAILED` for credentials that have ended. */
export function unexpired<T>({ endOf, where }: RenewalOptions<T>, credentials: T): T {
  const end = endOf(credentials)
  if (end === null || end > Date.now()) return credentials
  const hint = end > 0 && end < OLDEST_END_MS ? '; expiresAt counts ms since 1970, not seconds' : ''
  throw failed(where, `the credentials ended ${inSeconds(Date.now() - end)} ago${hint}`)
}

function failed(where: string, reason: string): RegistryError {
  return new RegistryError('CREDENTIALS_FAILED', `${where}: ${reason}`)
}

/** The reason of a failure, without the option's name. */
export function reasonOf(error: unknown, where: string): string {
  const { message } = error instanceof Error ? error : new Error(String(error))
  return message.replace(`${where}: `, '').replace(/\.$/, '')
}

/** What a provider threw, in short: it is the caller's, and may be anything. */
function thrown(error: unknown): string {
  const { name, message } = error instanceof Error ? error : new Error(typeof error)
  // An address in it may have a password.
  return `${quoted(name)} ${quoted(message.replaceAll(/\/\/[^/\s@]*@/g, '//'))}`
}

/** A duration in ms as text in seconds. */
export function inSeconds(ms: number): string {
  return `${Number((ms / 1_000).toPrecision(2))} s`
}
