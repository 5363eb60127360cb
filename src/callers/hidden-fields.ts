import type { ListedRegistration } from '../registry/enumeration.ts'
import type { JsonValue, Metadata } from '../registry/registration.ts'

/** Parts of the metadata that a caller may not see. */
export class HiddenFields {
  readonly #fields: readonly string[]

  /** @param fields dotted paths. */
  constructor(fields: readonly string[]) {
    this.#fields = [...fields]
  }

  get isEmpty(): boolean {
    return this.#fields.length === 0
  }

  /**
   * Whether a question about this field would show something hidden: about the field itself, a part of it, or an object
   * that contains it.
   */
  touches(field: string): boolean {
    return this.#fields.some(
      (hidden) =>
        hidden === field || field.startsWith(`${hidden}.`) || hidden.startsWith(`${field}.`),
    )
  }

  /**
   * A registration without the hidden fields: also those in arrays, and those of which a name itself has dots, although
   * filters can't ask for either.
   */
  without<T extends Pick<ListedRegistration, 'metadata'>>(registration: T): T {
    const { metadata } = registration
    if (this.isEmpty || metadata === undefined) return registration
    return Object.freeze({ ...registration, metadata: this.#object(metadata, '') })
  }

  #object(value: Metadata, prefix: string): Metadata {
    const shown = Object.entries(value).flatMap(([name, member]): [string, JsonValue][] => {
      const field = prefix + name
      return this.#fields.includes(field) ? [] : [[name, this.#value(member, field)]]
    })
    // Not a literal, in which `__proto__` would be no member.
    return Object.freeze(Object.fromEntries(shown))
  }

  #value(value: JsonValue, field: string): JsonValue {
    if (!isContainer(value) || !this.touches(field)) return value
    return isArray(value)
      ? Object.freeze(value.map((each) => this.#value(each, field)))
      : this.#object(value, `${field}.`)
  }
}

function isContainer(value: JsonValue): value is Metadata | readonly JsonValue[] {
  return typeof value === 'object' && value !== null
}

function isArray(value: Metadata | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value)
}
