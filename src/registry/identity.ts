import { RegistryError } from './errors.ts'
import { shortened } from './json-place.ts'

const MAX_IDENTITY_BYTES = 256
const MAX_NAMESPACE_CHARACTERS = 64

/**
 * An identity that can be a part of a Redis key and the end of a NATS subject.
 *
 * One or more tokens joined by dots, at most 256 bytes in UTF-8, without whitespace, control
 * characters, lone surrogates and the NATS wildcards `*` and `>`. It can't begin with `~`: such
 * keys hold a namespace's bookkeeping.
 * @throws RegistryError `INVALID_IDENTITY`, naming the rule and the place.
 */
export function validateIdentity(identity: unknown): string {
  if (typeof identity !== 'string') {
    const got = identity === null ? 'null' : typeof identity
    throw new RegistryError('INVALID_IDENTITY', `identity: expected a string, got ${got}`)
  }
  const fault = findFault(identity)
  if (fault !== undefined) {
    throw new RegistryError('INVALID_IDENTITY', `identity ${quote(identity)}: ${fault}`)
  }
  return identity
}

/** Whether `validateIdentity` takes it. */
export function isIdentity(identity: string): boolean {
  return findFault(identity) === undefined
}

/**
 * A namespace: what the Redis keys of its identities begin with (`<namespace>:<identity>`), and one
 * token in NATS subjects and JetStream names.
 *
 * 1 to 64 ASCII letters, digits, `_` and `-`, with at most one hash tag, `{tag}`, which keeps its
 * keys on one node of a Redis Cluster. Without colons, so no two namespaces share a key.
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
      `namespace ${quote(namespace)}: expected 1 to ${MAX_NAMESPACE_CHARACTERS} letters, digits, ` +
        '"_" and "-", with at most one hash tag such as "{tag}"',
    )
  }
  return namespace
}

const NAMESPACE = /^(?:[\w-]+|[\w-]*\{[\w-]+\}[\w-]*)$/
const WHITESPACE_OR_SEPARATOR = /[\s\p{Z}]/u

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
  for (let index = 0; index < identity.length; index++) {
    const unit = identity.charCodeAt(index)
    if (unit === DOT) {
      if (index === tokenStart) return `empty token before the dot at index ${index}`
      tokenStart = index + 1
    } else if (unit === ASTERISK || unit === GREATER_THAN) {
      return `${quote(identity.charAt(index))} at index ${index} is a NATS wildcard`
    } else if (unit <= SPACE || unit >= DELETE) {
      const kind = kindOfUnusual(identity, index)
      if (kind !== undefined) {
        const codePoint = unit.toString(16).toUpperCase().padStart(4, '0')
        return `${kind} (U+${codePoint}) at index ${index}`
      }
    }
  }
  if (tokenStart === identity.length) return 'empty token after its last dot'
  return undefined
}

const SPACE = 0x20
const ASTERISK = 0x2a
const DOT = 0x2e
const GREATER_THAN = 0x3e
const DELETE = 0x7f
const FIRST_AFTER_C1 = 0xa0

/** What is wrong with a code unit outside printable ASCII, if anything. */
function kindOfUnusual(identity: string, index: number): string | undefined {
  const unit = identity.charCodeAt(index)
  if (unit === SPACE) return 'space'
  if (unit < SPACE || (unit >= DELETE && unit < FIRST_AFTER_C1)) return 'control character'
  if (isHighSurrogate(unit)) {
    return isLowSurrogate(identity.charCodeAt(index + 1)) ? undefined : 'lone surrogate'
  }
  if (isLowSurrogate(unit)) {
    return isHighSurrogate(identity.charCodeAt(index - 1)) ? undefined : 'lone surrogate'
  }
  return WHITESPACE_OR_SEPARATOR.test(identity.charAt(index)) ? 'whitespace' : undefined
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}

/** JSON's escapes make control characters and lone surrogates visible. */
function quote(text: string): string {
  return JSON.stringify(shortened(text))
}
