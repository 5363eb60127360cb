import {
  take,
  takeOptions,
  text,
  trueOrFalse,
  wholeNumber,
  type Take,
  type Takes,
} from '../../registry/arguments.ts'
import { RegistryError } from '../../registry/errors.ts'
import type { GrantClaims } from './grants.ts'
import { secureUrl } from './secure-url.ts'

/** Options of `JwtAuthorizer`. */
export interface JwtAuthorizerOptions {
  /** The only issuer whose tokens count: exactly as in their claim `iss`. A URL of HTTPS, or on this machine. */
  readonly issuer: string
  /** For whom tokens must be: one of these in their claim `aud`. */
  readonly audience: string | readonly string[]
  /** Where the issuer's keys are (JWKS). Default: where its OpenID configuration says. */
  readonly jwksUrl?: string
  /** Signatures that count. Default: all with public keys. `none` and those with shared secrets (`HS…`) never do. */
  readonly algorithms?: readonly string[]
  /** The type in the token's header, such as `at+jwt`. Default: any. */
  readonly type?: string
  /** How much clocks may differ, in ms. Default 5,000. */
  readonly leewayMs?: number
  /** The claims that grants are read from. Default: `scope`, `identities`, `hidden_fields`. */
  readonly claims?: Partial<GrantClaims>
  /** Whether a permission for `namespace:*` counts. Default `false`. */
  readonly allowAllNamespaces?: boolean
  /** For how long a verified token isn't verified again, at most, in ms. Default 60,000. */
  readonly cacheForMs?: number
  /** Verified tokens that are remembered. Default 10,000. */
  readonly maxCachedTokens?: number
  /** For how long fetched keys are used, also if they can't be fetched again, in ms. Default 600,000. */
  readonly keysForMs?: number
  /** After keys were fetched, an unknown one leads to no other fetch for this long, in ms. Default 30,000. */
  readonly refetchAfterMs?: number
}

/** Checked options with defaults. */
export type JwtSettings = Readonly<
  Required<Omit<JwtAuthorizerOptions, 'audience' | 'claims' | 'jwksUrl' | 'type'>>
> & {
  readonly audience: string[]
  readonly claims: GrantClaims
  readonly jwksUrl: string | null
  readonly type: string | null
}

const ASYMMETRIC = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

const CLAIMS: GrantClaims = {
  permissions: 'scope',
  identities: 'identities',
  hiddenFields: 'hidden_fields',
}

const DAY_MS = 86_400_000
const someMs = wholeNumber(0, DAY_MS)

const texts: Take<readonly string[]> = take(
  (value): value is readonly string[] =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((each) => typeof each === 'string' && each !== ''),
  'an array of one or more texts',
)

const claimTakes: Takes<GrantClaims> = { permissions: text, identities: text, hiddenFields: text }

const takes: Takes<JwtAuthorizerOptions> = {
  issuer: (value, where) => {
    const issuer = text(value, where)
    secureUrl(issuer, where)
    return issuer
  },
  audience: (value, where) => texts(typeof value === 'string' ? [value] : value, where),
  jwksUrl: (value, where) => secureUrl(text(value, where), where).href,
  algorithms: (value, where) => {
    const algorithms = texts(value, where)
    const wrong = algorithms.find((each) => !(ASYMMETRIC as readonly string[]).includes(each))
    if (wrong === undefined) return algorithms
    throw invalid(`${where}: ${JSON.stringify(wrong)} must be one of ${ASYMMETRIC.join(', ')}`)
  },
  type: text,
  leewayMs: wholeNumber(0, 300_000),
  claims: (value, where) => takeOptions(value, where, claimTakes),
  allowAllNamespaces: trueOrFalse,
  cacheForMs: someMs,
  maxCachedTokens: wholeNumber(2, 10_000_000),
  keysForMs: wholeNumber(1, DAY_MS),
  refetchAfterMs: someMs,
}

/** @throws RegistryError `INVALID_ARGUMENT` */
export function takeJwtOptions(options: JwtAuthorizerOptions): JwtSettings {
  const {
    issuer,
    audience,
    jwksUrl = null,
    algorithms = ASYMMETRIC,
    type = null,
    leewayMs = 5_000,
    claims,
    allowAllNamespaces = false,
    cacheForMs = 60_000,
    maxCachedTokens = 10_000,
    keysForMs = 600_000,
    refetchAfterMs = 30_000,
  } = takeOptions(options, 'options', takes)
  if (issuer === undefined) throw invalid('options.issuer is missing, such as https://id.example')
  if (audience === undefined)
    throw invalid('options.audience is missing, such as the name of your service')
  return {
    issuer,
    audience: typeof audience === 'string' ? [audience] : [...audience],
    jwksUrl,
    algorithms,
    type,
    leewayMs,
    claims: { ...CLAIMS, ...claims },
    allowAllNamespaces,
    cacheForMs,
    maxCachedTokens,
    keysForMs,
    refetchAfterMs,
  }
}

function invalid(message: string): RegistryError {
  return new RegistryError('INVALID_ARGUMENT', message)
}
