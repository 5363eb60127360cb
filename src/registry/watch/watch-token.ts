import { createHash } from 'node:crypto'
import { RegistryError } from '../errors.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import { BEGINNING } from './pending-events.ts'

const VERSION = 1

/** Maximum length of a token; positions are short. */
const MAX_LENGTH = 1024

/**
 * Writes and reads the resume tokens of one watch. A token is opaque to users. It contains the position to
 * resume from, and a digest of namespace and filter, because positions are meaningless for others.
 */
export class WatchTokens {
  readonly #scope: string
  readonly #positions: RegExp

  /**
   * @param namespace of the registrations.
   * @param positions matches every position of the store, and `BEGINNING`.
   */
  constructor(namespace: string, { canonical }: CompiledFilter, positions: RegExp) {
    this.#positions = positions
    const scope = JSON.stringify([namespace, canonical])
    this.#scope = createHash('sha256').update(scope).digest('base64url').slice(0, 16)
  }

  /** @param position as the store has it, or `BEGINNING`. */
  write(position: string): string {
    return Buffer.from(JSON.stringify([VERSION, this.#scope, position])).toString('base64url')
  }

  /**
   * The position in a token.
   * @throws RegistryError `INVALID_ARGUMENT` for anything but a token of this namespace and filter.
   */
  read(token: unknown): string {
    const [version, scope, position, ...rest] = partsOf(token)
    const isToken = version === VERSION && typeof scope === 'string' && rest.length === 0
    if (!isToken || typeof position !== 'string' || !this.#positions.test(position)) {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        'options.from: not a valid token; pass the token of an event, or leave it out to start over',
      )
    }
    if (scope !== this.#scope) {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        'options.from: the token belongs to another namespace or filter; resume with the same ones, or ' +
          'leave it out to start over',
      )
    }
    return position
  }
}

/** A token of the same watch, whose position says nothing: to resume from it is to begin again. */
export function beginningOf(token: string): string {
  const [version, scope] = partsOf(token)
  return Buffer.from(JSON.stringify([version, scope, BEGINNING])).toString('base64url')
}

function partsOf(token: unknown): readonly unknown[] {
  if (typeof token !== 'string' || token.length > MAX_LENGTH) return []
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    return Array.isArray(parts) ? parts : []
  } catch {
    return []
  }
}
