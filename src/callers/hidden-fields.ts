import type { ListedRegistration } from '../registry/enumeration.ts'
import type { JsonValue, Metadata } from '../registry/registration.ts'

/** Parts of the metadata that a caller may not see. */
export class HiddenFields {
  readonly #paths: readonly (readonly string[])[]

  /** @param fields dotted paths. */
  constructor(fields: readonly string[]) {
    this.#paths = fields.map((field) => field.split('.'))
  }

  get isEmpty(): boolean {
    return this.#paths.length === 0
  }

  /**
   * Whether a question about this field would show something hidden: about the field itself, a part of it, or an object
   * that contains it.
   */
  touches(field: string): boolean {
    const asked = field.split('.')
    return this.#paths.some((path) => {
      const common = Math.min(path.length, asked.length)
      return path.slice(0, common).every((name, at) => name === asked[at])
    })
  }

  /** A registration without the hidden fields. */
  without<T extends Pick<ListedRegistration, 'metadata'>>(registration: T): T {
    const { metadata } = registration
    if (this.isEmpty || metadata === undefined) return registration
    return Object.freeze({ ...registration, metadata: this.#paths.reduce(withoutPath, metadata) })
  }
}

/** A copy without the field at a path; the same object if it has none. */
function withoutPath(metadata: Metadata, [name, ...rest]: readonly string[]): Metadata {
  if (name === undefined || !Object.hasOwn(metadata, name)) return metadata
  const value = metadata[name]
  if (rest.length > 0 && !isObject(value)) return metadata
  const others = Object.entries(metadata).flatMap(([key, own]): [string, JsonValue][] => {
    if (key !== name) return [[key, own]]
    return rest.length > 0 && isObject(own) ? [[key, withoutPath(own, rest)]] : []
  })
  // Not a literal, in which `__proto__` would be no member.
  return Object.freeze(Object.fromEntries(others))
}

function isObject(value: JsonValue | undefined): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
