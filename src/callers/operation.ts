import type { MulticastRegistry } from '../registry/registry.ts'

/** A method of a registry that callers may ask for. What isn't a call, or ends the registry for everybody, is none. */
export type Operation = Exclude<
  keyof MulticastRegistry,
  'namespace' | 'gateway' | 'warnings' | 'limits' | 'close'
>

/** What a caller may do in a namespace: `admin` includes the other two, which don't include each other. */
export type Permission = 'read' | 'write' | 'admin'

/** What an operation takes. */
export interface OperationRule {
  readonly permission: Permission
  /** Whether it concerns identities that must be the caller's own. */
  readonly ownIdentities: boolean
}

/** The rule of each operation; a new one without a rule doesn't compile. */
export const OPERATION_RULES: Readonly<Record<Operation, OperationRule>> = {
  register: { permission: 'write', ownIdentities: true },
  heartbeat: { permission: 'write', ownIdentities: true },
  moveTo: { permission: 'write', ownIdentities: true },
  unregister: { permission: 'write', ownIdentities: true },
  multicast: { permission: 'write', ownIdentities: false },
  enumerate: { permission: 'read', ownIdentities: false },
  watch: { permission: 'read', ownIdentities: false },
  // Who receives for an identity gets its messages, and its host gets them no longer.
  subscribe: { permission: 'read', ownIdentities: true },
  subscribeMatching: { permission: 'read', ownIdentities: true },
  clear: { permission: 'admin', ownIdentities: false },
}
