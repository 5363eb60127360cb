import { written } from './arguments.ts'
import { RegistryError } from './errors.ts'
import { validateIdentity } from './identity.ts'

/** A set of identities; `*` stands for zero or more characters, including dots. */
export interface IdentityPattern {
  /** The pattern as written, such as `loadtest-user-*`. */
  readonly text: string
  matches(identity: string): boolean
}

/** The pattern of all identities. */
export const ALL_IDENTITIES = '*'

/** Replaces `*` for validation: unlike a letter, a digit never composes with a following mark. */
const ANY = '0'

/**
 * Parses a pattern.
 * @throws RegistryError `INVALID_ARGUMENT` if no identity can match it.
 */
export function parseIdentityPattern(text: string): IdentityPattern {
  try {
    validateIdentity(typeof text === 'string' ? text.replaceAll('*', ANY) : text)
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^identity (".*": )?/s, '') : ''
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `pattern ${written(text)} matches no identity: ${reason}. Write an identity in which * stands for any characters, such as user-*`,
      { cause: error },
    )
  }
  const [first = '', ...rest] = text.split('*')
  const last = rest.pop()
  if (last === undefined) return { text, matches: (identity) => identity === text }
  const matches = (identity: string): boolean => {
    const end = identity.length - last.length
    if (end < first.length || !identity.startsWith(first) || !identity.endsWith(last)) return false
    let at = first.length
    for (const part of rest) {
      const found = identity.indexOf(part, at)
      if (found < 0) return false
      at = found + part.length
    }
    return at <= end
  }
  return { text, matches }
}
