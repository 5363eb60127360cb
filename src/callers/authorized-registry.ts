import { takeOptions, timeout, trueOrFalse, type Takes } from '../registry/arguments.ts'
import { RegistryError } from '../registry/errors.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import { AuditTrail } from './audit-trail.ts'
import type { Authorizer } from './authorizer.ts'
import { CallerRegistry } from './caller-registry.ts'
import { EnforcementPoint } from './enforcement-point.ts'

/** Options of `authorize`. */
export interface AuthorizeOptions {
  /** Gets a record of every decision. Default: none are kept. */
  readonly audit?: AuditTrail
  /** `false`: calls go through unchanged, and the audit says what would have been denied. Default `true`. */
  readonly enforce?: boolean
  /** A decision that takes longer is a denial; in ms. Default 2,000. */
  readonly decideWithinMs?: number
}

const DECIDE_WITHIN_MS = 2_000

const takes: Takes<AuthorizeOptions> = {
  audit: (value, where) => {
    if (value instanceof AuditTrail) return value
    throw new RegistryError('INVALID_ARGUMENT', `${where}: must be an AuditTrail`)
  },
  enforce: trueOrFalse,
  decideWithinMs: timeout,
}

/** A registry for callers who are not trusted. The registry itself stays the owner's, who closes it. */
export interface AuthorizedRegistry<Credentials> {
  /** The registry as one caller may use it. Costs nothing: make one per request. */
  as(credentials: Credentials): CallerRegistry<Credentials>
}

/**
 * Puts an authorizer in front of a registry. What the authorizer doesn't clearly allow is denied: calls reject with
 * `FORBIDDEN`, also if it throws, gives no decision or takes too long.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function authorize<Credentials>(
  registry: MulticastRegistry,
  authorizer: Authorizer<Credentials>,
  options: AuthorizeOptions = {},
): AuthorizedRegistry<Credentials> {
  const {
    audit = null,
    enforce = true,
    decideWithinMs = DECIDE_WITHIN_MS,
  } = takeOptions(options, 'options', takes)
  const { namespace, limits } = registry
  const point = new EnforcementPoint({
    authorizer,
    audit,
    enforce,
    decideWithinMs,
    namespace,
    limits,
  })
  return { as: (credentials) => new CallerRegistry(registry, point, credentials) }
}
