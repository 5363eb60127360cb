import { validateNamespace } from '../registry/identity.ts'

/** The namespace whose identities have the subjects that users of prism-loadtest know. */
const DEFAULT_NAMESPACE = 'loadtest'
const DEFAULT_PREFIX = 'prism.multicast'

/** How the subjects of gateways and the like go on where an identity's prefix ends. */
const TAKEN = /(?:^|-)(?:gateway|durable|progress|subscribers)_*$/

/**
 * What the subjects of a namespace's identities begin with: `prism.multicast` for `loadtest`,
 * `prism.multicast-<namespace>` for any other. The namespace is no word of its own, for a
 * subscriber of `prism.multicast.>` would hear it. Different namespaces have different prefixes, and
 * none is another's gateway: a namespace such as `gateway` or `x-durable` has `_` added.
 * @throws RegistryError `INVALID_ARGUMENT` for a namespace that is none.
 */
export function subjectPrefixOf(namespace: string): string {
  validateNamespace(namespace)
  if (namespace === DEFAULT_NAMESPACE) return DEFAULT_PREFIX
  return `${DEFAULT_PREFIX}-${namespace}${TAKEN.test(namespace) ? '_' : ''}`
}
