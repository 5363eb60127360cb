import { RegistryError } from './errors.ts'
import { quoted } from './text.ts'

const MAX_IDENTITY_BYTES = 256
const MAX_NAMESPACE_CHARACTERS = 64

/**
 * Checks an identity, which becomes part of a Redis key and the end of a NATS subject.
 *
 * One or more tokens joined by dots, at most 256 bytes in UTF-8, without whitespace, control characters,
 * lone surrogates and the NATS wildcards `*` and `>`. It can't begin with `~`, which is reserved for
 * bookkeeping keys.
 *
 * Different identities should look different, so identities are in composed form (NFC) and exclude
 * characters that are invisible or have no meaning of their own: format characters, default ignorable,
 * private use and unassigned ones. That is the FreeformClass of RFC 8264 without spaces, and without
 * joiners even in words or emoji. Letters that look alike, such as Latin and Cyrillic a, remain different.
 * @throws RegistryError `INVALID_IDENTITY`, with the rule and the place.
 */
export function validateIdentity(identity: unknown): string {
  if (typeof identity !== 'string') {
    const got = identity === null ? 'null' : typeof identity
    throw new RegistryError('INVALID_IDENTITY', `identity: expected a string, got ${got}`)
  }
  const fault = findFault(identity)
  if (fault !== undefined) {
    throw new RegistryError('INVALID_IDENTITY', `identity ${quoted(identity)}: ${fault}`)
  }
  return identity
}

/** Whether `validateIdentity` accepts a string. */
export function isIdentity(identity: string): boolean {
  return findFault(identity) === undefined
}

/**
 * Checks a namespace: the prefix of Redis keys (`<namespace>:<identity>`), and a token in NATS subjects and
 * JetStream names.
 *
 * 1 to 64 ASCII letters, digits, `_` and `-`, with at most one hash tag, `{tag}`, which keeps its keys on
 * one node of a Redis Cluster. Colons are excluded, so no two namespaces share a key.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function validateNamespace(namespace: unknown): string {
  if (typeof namespace !== 'string') {
    const got = namespace === null ? 'null' : typeof namespace
    throw new RegistryError('INVALID_ARGUMENT', `namespace: expected a string, got ${got}`)
  }
  if (namespace.length > MAX_NAMESPACE_CHARACTERS || !NAMESPACE.test(namespace)) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `namespace ${quoted(namespace)}: expected 1 to ${MAX_NAMESPACE_CHARACTERS} letters, digits, ` +
        '"_" and "-", with at most one hash tag such as "{tag}"',
    )
  }
  return namespace
}

const NAMESPACE = /^(?:[\w-]+|[\w-]*\{[\w-]+\}[\w-]*)$/

function findFault(identity: string): string | undefined {
  if (identity === '') return 'it is empty'
  if (identity.startsWith('~')) return 'it begins with "~", which is reserved for bookkeeping keys'
  // A UTF-16 code unit takes at most three bytes, so most identities need no count.
  if (identity.length * 3 > MAX_IDENTITY_BYTES) {
    const sizeBytes = Buffer.byteLength(identity)
    if (sizeBytes > MAX_IDENTITY_BYTES) {
      return `${sizeBytes} bytes in UTF-8; at most ${MAX_IDENTITY_BYTES} are allowed`
    }
  }
  let tokenStart = 0
  let isPrintableAscii = true
  for (let index = 0; index < identity.length; index++) {
    const unit = identity.charCodeAt(index)
    if (unit === DOT) {
      if (index === tokenStart) return `empty token before the dot at index ${index}`
      tokenStart = index + 1
    } else if (unit === ASTERISK || unit === GREATER_THAN) {
      return `${quoted(identity.charAt(index))} at index ${index} is a NATS wildcard`
    } else if (unit <= SPACE || unit >= DELETE) {
      isPrintableAscii = false
    }
  }
  if (tokenStart === identity.length) return 'empty token after its last dot'
  if (isPrintableAscii) return undefined
  const refused = REFUSED.exec(identity)
  if (refused !== null) return `${kindOf(refused[0])} at index ${refused.index}`
  if (identity.normalize('NFC') === identity) return undefined
  return 'it is not in composed form, so it would look like another identity; use identity.normalize("NFC")'
}

const SPACE = 0x20
const ASTERISK = 0x2a
const DOT = 0x2e
const GREATER_THAN = 0x3e
const DELETE = 0x7f
/** Categories: https://www.unicode.org/reports/tr44/#General_Category_Values */
const REFUSED = /[\s\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/u

const KINDS = [
  ['space', / /],
  ['control character', /\p{Cc}/u],
  ['lone surrogate', /\p{Cs}/u],
  ['private use character', /\p{Co}/u],
  ['whitespace', /[\s\p{Z}]/u],
  ['unassigned character', /(?!\p{Default_Ignorable_Code_Point})\p{Cn}/u],
] as const

function kindOf(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0
  const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
  const [kind] = KINDS.find(([, test]) => test.test(character)) ?? []
  if (kind !== undefined) return `${kind} (${name})`
  return `invisible character (${name}; so emoji with joiners or variation selectors are refused too)`
}
