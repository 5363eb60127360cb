import { parseIdentityPattern } from '../registry/identity-pattern.ts'
import { findPatternHosts } from '../registry/nats/pattern-hosts.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from '../registry/nats/subjects.ts'

/** Running subscribers of one namespace and pattern: `prism-loadtest subscribe` processes. */
export interface FoundSubscribers {
  /** To be named in the registrations of the identities that match. */
  readonly gateway: string
  /** Which identities they receive for; `*` stands for any characters. */
  readonly pattern: string
  /** How many processes share the messages, ≥ 1. */
  readonly processes: number
}

/**
 * The subscribers that are running for a namespace; empty if there are none, which takes one
 * round trip. Otherwise answers are waited for until 200 ms have passed without one; the first may
 * take 2 s.
 * @throws RegistryError `UNAVAILABLE` if NATS can't be reached, within 5 s.
 */
export async function findSubscribers(
  natsUrls: readonly string[],
  namespace: string,
): Promise<readonly FoundSubscribers[]> {
  const found = new Map<string, FoundSubscribers>()
  const subjects = new Subjects(DEFAULT_SUBJECT_PREFIX, namespace)
  for (const { gateway, pattern } of await findPatternHosts(natsUrls, subjects)) {
    const key = `${gateway}\n${pattern}`
    const processes = (found.get(key)?.processes ?? 0) + 1
    found.set(key, { gateway, pattern, processes })
  }
  return [...found.values()]
}

/** The gateway to name in an identity's registration; `null` if none of these receives for it. */
export function gatewayOf(found: readonly FoundSubscribers[]): (identity: string) => string | null {
  const patterns = found.map(({ gateway, pattern }) => ({
    gateway,
    pattern: parseIdentityPattern(pattern),
  }))
  return (identity) => patterns.find(({ pattern }) => pattern.matches(identity))?.gateway ?? null
}
