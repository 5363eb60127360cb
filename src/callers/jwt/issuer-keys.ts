import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey, type RemoteJWKSet } from 'jose'
import { secureUrl } from './secure-url.ts'

/** The keys of an issuer are not reachable; tokens can't be verified. */
export class KeysUnreachableError extends Error {
  override readonly name = 'KeysUnreachableError'
}

export interface IssuerKeysOptions {
  readonly issuer: string
  /** Where the keys are; `null`: where the issuer's OpenID configuration says. */
  readonly jwksUrl: string | null
  /** How long fetched keys are used, in ms. */
  readonly keysForMs: number
  /** After a fetch, an unknown key leads to no other one for this long, in ms. */
  readonly refetchAfterMs: number
}

const FETCH_TIMEOUT_MS = 5_000
/** After a failed request, the next waits for this long. */
const RETRY_AFTER_MS = 1_000
const MAX_CONFIGURATION_CHARACTERS = 100_000

/** Gets the keys of an issuer, which are fetched when the first token comes, when they are old, and for an unknown key. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions
  #keys: Promise<RemoteJWKSet> | null = null
  #fetchedAtMs = -Infinity
  #retryAtMs = 0

  constructor(options: IssuerKeysOptions) {
    this.#options = options
  }

  readonly get: JWTVerifyGetKey = async (header, token) => {
    const getKey = await this.#open()
    const nowMs = performance.now()
    // The library goes by the time of day: were that set back, keys that were removed would be used for longer.
    if (nowMs > this.#fetchedAtMs + this.#options.keysForMs) {
      await getKey.reload()
      this.#fetchedAtMs = nowMs
    }
    return getKey(header, token)
  }

  #open(): Promise<RemoteJWKSet> {
    if (this.#keys !== null) return this.#keys
    const { keysForMs, refetchAfterMs } = this.#options
    const opening = (async () =>
      createRemoteJWKSet(await this.#jwksUrl(), {
        cacheMaxAge: keysForMs,
        cooldownDuration: refetchAfterMs,
        timeoutDuration: FETCH_TIMEOUT_MS,
        [customFetch]: (url, options) => this.#fetch(url, options),
      }))()
    this.#keys = opening
    opening.catch(() => {
      this.#keys = null
    })
    return opening
  }

  async #jwksUrl(): Promise<URL> {
    const { issuer, jwksUrl } = this.#options
    if (jwksUrl !== null) return secureUrl(jwksUrl, 'jwksUrl')
    const place = secureUrl(
      `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
      'issuer',
    )
    const answer = await this.#fetch(place, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
    const text = await answer.text()
    if (text.length > MAX_CONFIGURATION_CHARACTERS) {
      throw new KeysUnreachableError('the OpenID configuration is too long')
    }
    const { issuer: named, jwks_uri: uri } = JSON.parse(text) as Partial<Record<string, unknown>>
    if (named !== issuer || typeof uri !== 'string') {
      throw new KeysUnreachableError('the OpenID configuration is of another issuer')
    }
    return secureUrl(uri, 'jwks_uri')
  }

  /**
   * Follows no redirects: they lead away from the address that was checked. Asks a second time, because a connection that
   * was kept may have been closed since. After a failure it waits, or a flood of tokens with unknown keys would be one of
   * requests to a provider that is in trouble already.
   */
  async #fetch(url: string | URL, options: RequestInit): Promise<Response> {
    if (performance.now() < this.#retryAtMs) throw new KeysUnreachableError('not asked again yet')
    const ask = () => fetch(url, { ...options, redirect: 'error' })
    try {
      const answer = await ask().catch(ask)
      if (answer.ok) return answer
      await answer.body?.cancel()
      throw new KeysUnreachableError(`HTTP ${answer.status}`)
    } catch (error) {
      this.#retryAtMs = performance.now() + RETRY_AFTER_MS
      if (error instanceof KeysUnreachableError) throw error
      throw new KeysUnreachableError('no answer', { cause: error })
    }
  }
}
