import { jwtVerify, type JWTVerifyOptions } from 'jose'
import type { AccessQuestion, Authorizer, Decision } from '../authorizer.ts'
import { grantsOf, missingGrant, type Grants } from './grants.ts'
import { IssuerKeys } from './issuer-keys.ts'
import { takeJwtOptions, type JwtAuthorizerOptions, type JwtSettings } from './jwt-options.ts'
import { whyNotVerified } from './why-not-verified.ts'
import { VerifiedTokens } from './verified-tokens.ts'

/** Longer tokens aren't read. */
const MAX_TOKEN_CHARACTERS = 16_384

/**
 * Decides by JSON Web Tokens, such as the access tokens of an OpenID provider: who signed them, for whom, until when, and what
 * their claims permit. See `docs/callers.md`.
 */
export class JwtAuthorizer implements Authorizer<string> {
  readonly #settings: JwtSettings
  readonly #verification: JWTVerifyOptions
  readonly #keys: IssuerKeys
  readonly #verified: VerifiedTokens<Grants>

  /** @throws RegistryError `INVALID_ARGUMENT` */
  constructor(options: JwtAuthorizerOptions) {
    const settings = takeJwtOptions(options)
    const { issuer, audience, algorithms, leewayMs, type } = settings
    this.#settings = settings
    this.#keys = new IssuerKeys(settings)
    this.#verified = new VerifiedTokens(settings.maxCachedTokens)
    this.#verification = {
      issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: leewayMs / 1_000,
      requiredClaims: ['exp', 'sub', 'iss', 'aud'],
      ...(type === null ? {} : { typ: type }),
    }
  }

  /** At once for a token that was verified lately. */
  decide(question: AccessQuestion<string>): Decision | Promise<Decision> {
    const token: unknown = question.credentials
    if (typeof token !== 'string' || token === '') return unknownCaller('there is no token')
    if (token.length > MAX_TOKEN_CHARACTERS) return unknownCaller('the token is too long')
    const known = this.#verified.get(token)
    if (known === null) return this.#verify(token, question)
    return decisionOf(known.value, question, known.leftMs)
  }

  async #verify(token: string, question: AccessQuestion<string>): Promise<Decision> {
    const { claims, allowAllNamespaces, cacheForMs, leewayMs } = this.#settings
    try {
      const { payload } = await jwtVerify(token, this.#keys.get, this.#verification)
      const grants = grantsOf(payload, claims, allowAllNamespaces)
      // The end by the issuer's clock, taken over once: from here on, the monotonic clock counts.
      const leftMs = (payload.exp ?? 0) * 1_000 + leewayMs - Date.now()
      this.#verified.set(token, grants, leftMs, cacheForMs)
      return decisionOf(grants, question, leftMs)
    } catch (error) {
      return unknownCaller(whyNotVerified(error))
    }
  }
}

function decisionOf(
  grants: Grants,
  question: AccessQuestion<string>,
  validForMs: number,
): Decision {
  const { principal, hiddenFields } = grants
  const reason = missingGrant(grants, question)
  if (reason !== null) return { allowed: false, principal, reason }
  return { allowed: true, principal, hiddenFields, validForMs }
}

function unknownCaller(reason: string): Decision {
  return { allowed: false, principal: null, reason }
}
