/** Namespaces that one process tells apart in its metrics; further ones are counted together. */
const MAX_NAMESPACES = 50

/** The value of `multicast_registry.namespace` for those that are not told apart. */
export const OTHER = 'other'

const seen = new Set<string>()

/** A namespace as an attribute of metrics: at most 50 distinct ones per process, the first; then `other`. */
export function boundedNamespace(namespace: string): string {
  if (seen.has(namespace)) return namespace
  if (seen.size >= MAX_NAMESPACES) return OTHER
  seen.add(namespace)
  return namespace
}
