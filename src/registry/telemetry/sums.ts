import type { Attributes, Observable } from '@opentelemetry/api'

interface Sum {
  readonly instrument: Observable
  readonly attributes: Attributes
  value: number
}

/**
 * Values by instrument and attributes. Of several observations with the same attributes, an SDK keeps the last one only, so
 * registries of one namespace have to be added up before.
 */
export class Sums {
  readonly #byKey = new Map<string, Sum>()
  readonly #numbers = new Map<Observable, number>()

  add(instrument: Observable, attributes: Attributes, value: number | null | undefined): void {
    if (value !== null && value !== undefined) this.#of(instrument, attributes).value += value
  }

  /** Keeps the largest value instead. */
  atLeast(instrument: Observable, attributes: Attributes, value: number | null | undefined): void {
    if (value === null || value === undefined) return
    const sum = this.#of(instrument, attributes)
    sum.value = Math.max(sum.value, value)
  }

  /** Adds all sums of another one. */
  addAll(others: Sums): void {
    for (const { instrument, attributes, value } of others.values()) {
      this.add(instrument, attributes, value)
    }
  }

  values(): Iterable<Readonly<Sum>> {
    return this.#byKey.values()
  }

  #of(instrument: Observable, attributes: Attributes): Sum {
    const number = this.#numbers.get(instrument) ?? this.#numbers.size
    this.#numbers.set(instrument, number)
    const key = JSON.stringify([number, ...Object.values(attributes)])
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const sum: Sum = { instrument, attributes, value: 0 }
    this.#byKey.set(key, sum)
    return sum
  }
}
