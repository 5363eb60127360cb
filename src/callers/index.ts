/**
 * Who may call a registry that is behind a service, `prism-loadtest/callers`: {@link authorize} puts an `Authorizer` in front of it,
 * and an {@link AuditTrail} gets a record of every decision.
 */

export { authorize, type AuthorizedRegistry, type AuthorizeOptions } from './authorized-registry.ts'
export type { CallerRegistry } from './caller-registry.ts'
export type { AccessQuestion, Authorizer, Decision, Principal } from './authorizer.ts'
export {
  OPERATION_RULES,
  type Operation,
  type OperationRule,
  type Permission,
} from './operation.ts'
export { AuditTrail, type AuditEntry, type AuditRecord } from './audit-trail.ts'

export { JwtAuthorizer } from './jwt/jwt-authorizer.ts'
export type { JwtAuthorizerOptions } from './jwt/jwt-options.ts'
export type { GrantClaims } from './jwt/grants.ts'
