import type { MulticastRegistry } from '../registry/registry.ts'

/** A method of a registry that callers may ask for. What isn't a call, or ends the registry for everybody, is none. */
export type Operation = Exclude<
  keyof MulticastRegistry,
  'namespace' | 'gateway' | 'warnings' | 'limits' | 'connections' | 'close'
>

/** What a caller may do in a namespace: `admin` includes the other two, which don't include each other. */
export type Permission = 'read' | 'write' | 'admin'

/** What an operation takes. */
export interface OperationRule {
  /** All of these. */
  readonly permissions: readonly Permission[]
  /** Whether it concerns identities that must be the caller's own. */
  readonly ownIdentities: boolean
}

/** The rule of each operation; a new one without a rule doesn't compile. */
export const OPERATION_RULES: Readonly<Record<Operation, OperationRule>> = {
  register: { permissions: ['write'], ownIdentities: true },
  heartbeat: { permissions: ['write'], ownIdentities: true },
  moveTo: { permissions: ['write'], ownIdentities: true },
  unregister: { permissions: ['write'], ownIdentities: true },
  // Its result lists who matched.
  multicast: { permissions: ['write', 'read'], ownIdentities: false },
  enumerate: { permissions: ['read'], ownIdentities: false },
  watch: { permissions: ['read'], ownIdentities: false },
  // Who receives for an identity gets its messages, and its host gets them no longer.
  subscribe: { permissions: ['read'], ownIdentities: true },
  subscribeMatching: { permissions: ['read'], ownIdentities: true },
  clear: { permissions: ['admin'], ownIdentities: false },
}
