/** Names of one kind that one process tells apart in its metrics; further ones are counted together. */
const MAX_NAMES = 50

/** The value of an attribute for names that are not told apart. */
export const OTHER = 'other'

/** A namespace as an attribute of metrics: at most 50 distinct ones per process, the first; then `other`. */
export const boundedNamespace = bounded()

/** The address of a server as an attribute of metrics, likewise. */
export const boundedServer = bounded()

function bounded(): (name: string) => string {
  const seen = new Set<string>()
  return (name) => {
    if (seen.has(name)) return name
    if (seen.size >= MAX_NAMES) return OTHER
    seen.add(name)
    return name
  }
}
