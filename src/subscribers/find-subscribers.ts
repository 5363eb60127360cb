import { parseIdentityPattern } from '../registry/identity-pattern.ts'
import { findPatternHosts } from '../registry/nats/pattern-hosts.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from '../registry/nats/subjects.ts'

/** Running subscribers of one namespace and pattern: `prism-loadtest subscribe` processes. */
export interface FoundSubscribers {
  /** Registrations of matching identities name it. */
  readonly gateway: string
  /** The identities they subscribe to; `*` matches any characters. */
  readonly pattern: string
  /** How many processes share the messages, ≥ 1. */
  readonly processes: number
}

/**
 * Finds the running subscribers of a namespace. Without any, it resolves with an empty list after one
 * round trip. Otherwise it collects answers until none has come for 200 ms; the first may take 2 s.
 * @throws RegistryError `UNAVAILABLE` within 5 s if NATS is unreachable.
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

/** Finds the gateway that an identity's registration names; `null` if no subscriber matches it. */
export function gatewayOf(found: readonly FoundSubscribers[]): (identity: string) => string | null {
  const patterns = found.map(({ gateway, pattern }) => ({
    gateway,
    pattern: parseIdentityPattern(pattern),
  }))
  return (identity) => patterns.find(({ pattern }) => pattern.matches(identity))?.gateway ?? null
}
