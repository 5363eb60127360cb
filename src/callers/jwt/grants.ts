import { parseIdentityPattern, type IdentityPattern } from '../../registry/identity-pattern.ts'
import type { AccessQuestion, Principal } from '../authorizer.ts'
import { OPERATION_RULES, type Permission } from '../operation.ts'

/** The names of the claims that grants are read from. */
export interface GrantClaims {
  /** Permissions such as `read:namespace:orders`: an array of texts, or one text with spaces between. */
  readonly permissions: string
  /** Patterns of the identities that are the caller's own. */
  readonly identities: string
  /** Dotted paths of hidden metadata. */
  readonly hiddenFields: string
}

/** What a token grants. */
export interface Grants {
  readonly principal: Principal
  readonly permissions: ReadonlyMap<string, ReadonlySet<Permission>>
  /** `null`: the subject alone. What begins with it and a dot may be the subject of another, as `bob.smith` is beside `bob`. */
  readonly identities: readonly IdentityPattern[] | null
  readonly hiddenFields: readonly string[]
}

/** The namespace that stands for all, where that is enabled. */
const ALL_NAMESPACES = '*'
const PERMISSION = /^(read|write|admin):namespace:(.+)$/
const NO_PERMISSIONS: ReadonlySet<Permission> = new Set()

/**
 * Reads the grants of a token's claims. Permissions of other kinds are ignored.
 * @throws Error for a claim of another form: what it denies must not be missed.
 */
export function grantsOf(
  claims: Readonly<Record<string, unknown>>,
  names: GrantClaims,
  allowAllNamespaces: boolean,
): Grants {
  const { sub, iss } = claims
  if (typeof sub !== 'string' || sub === '') throw new Error('the claim sub is missing')
  // RFC 7800: whoever presents it has to prove that the key named here is theirs, which nobody asks for.
  if (Object.hasOwn(claims, 'cnf')) throw new Error('the token is bound to a key of its holder')
  const permissions = new Map<string, Set<Permission>>()
  for (const text of permissionTexts(claims[names.permissions])) {
    const [, permission, namespace = ''] = PERMISSION.exec(text) ?? []
    if (!isPermission(permission)) continue
    if (namespace === ALL_NAMESPACES && !allowAllNamespaces) continue
    permissions.set(namespace, (permissions.get(namespace) ?? new Set()).add(permission))
  }
  const patterns = claims[names.identities]
  return {
    principal: { subject: sub, issuer: typeof iss === 'string' ? iss : null },
    permissions,
    identities: patterns === undefined ? null : textsOf(patterns).map(parseIdentityPattern),
    hiddenFields: textsOf(claims[names.hiddenFields] ?? []),
  }
}

/** Why the grants don't suffice; `null` if they do. */
export function missingGrant(grants: Grants, question: AccessQuestion<unknown>): string | null {
  const { operation, namespace, identities, pattern } = question
  const { permissions, ownIdentities } = OPERATION_RULES[operation]
  const isAdmin = hasPermission(grants, namespace, 'admin')
  if (isAdmin) return null
  const lacking = permissions.find((each) => !hasPermission(grants, namespace, each))
  if (lacking !== undefined) return `it takes the permission ${lacking}:namespace:${namespace}`
  if (!ownIdentities) return null
  const foreign = identities.find((identity) => !owns(grants, identity))
  if (foreign !== undefined) return `the identity ${JSON.stringify(foreign)} is another's`
  if (pattern !== null && !ownsAllOf(grants, pattern)) {
    return `the pattern ${JSON.stringify(pattern)} includes identities of others`
  }
  return null
}

function hasPermission(
  { permissions }: Grants,
  namespace: string,
  permission: Permission,
): boolean {
  const own = permissions.get(namespace) ?? NO_PERMISSIONS
  const ofAll = permissions.get(ALL_NAMESPACES) ?? NO_PERMISSIONS
  return own.has(permission) || ofAll.has(permission)
}

function owns({ identities, principal }: Grants, identity: string): boolean {
  if (identities !== null) return identities.some((pattern) => pattern.matches(identity))
  return identity === principal.subject
}

/** Whether all identities that match a pattern are the caller's: it begins with what an own pattern `…*` begins with. */
function ownsAllOf(grants: Grants, pattern: string): boolean {
  if (!pattern.includes('*')) return owns(grants, pattern)
  const own = grants.identities?.map(({ text }) => text) ?? []
  const [fixed = ''] = pattern.split('*')
  return own.some(
    (text) => text.indexOf('*') === text.length - 1 && fixed.startsWith(text.slice(0, -1)),
  )
}

function permissionTexts(value: unknown): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? value.split(' ') : textsOf(value)
}

function textsOf(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  throw new Error('a claim is not an array of texts')
}

function isPermission(text: string | undefined): text is Permission {
  return text === 'read' || text === 'write' || text === 'admin'
}
