import { ownText } from './text.ts'

/** Maximum size of names without a value before all names are renumbered, in bytes. */
const MAX_IDLE_BYTES = 64 * 1024 * 1024
/** Estimated overhead of a name, in bytes. */
const NAME_BYTES = 64

/** The numbers of names, without their values. */
export interface NameNumbers {
  /** Changes when names are renumbered, which invalidates earlier numbers. */
  readonly generation: number
  /** The number of a name; assigns one if it has none. */
  numberOf(name: string): number
  /** The names by number; a new array in each generation. */
  readonly names: readonly string[]
}

/** A name's value and index. */
export interface Numbered<T> {
  readonly value: T
  readonly index: number
}

/**
 * Names by number, and the values of some of them, in flat arrays: visiting very many small objects would
 * cost more than all work on them. Names without a value come from outside and may be dropped.
 */
export class NameNumbering<T> implements NameNumbers {
  #numbers = new Map<string, number>()
  #names: string[] = []
  #values: (T | undefined)[] = []
  #indexes: number[] = []
  #valueCount = 0
  #idleBytes = 0
  #generation = 0
  readonly #maxIdleBytes: number

  constructor(maxIdleBytes = MAX_IDLE_BYTES) {
    this.#maxIdleBytes = maxIdleBytes
  }

  get generation(): number {
    return this.#generation
  }

  numberOf(name: string): number {
    const number = this.#numbers.get(name)
    if (number !== undefined) return number
    const own = ownText(name)
    if (this.#idleBytes + bytesOf(own) > this.#maxIdleBytes) this.#beginAnew()
    this.#idleBytes += bytesOf(own)
    return this.#add(own)
  }

  get names(): readonly string[] {
    return this.#names
  }

  valueOf(number: number): T | undefined {
    return this.#values[number]
  }

  indexOf(number: number): number {
    return this.#indexes[number] ?? 0
  }

  get(name: string): Numbered<T> | undefined {
    // Without any values, a look-up would only cost the hash of every name.
    const number = this.#valueCount > 0 ? this.#numbers.get(name) : undefined
    const value = number === undefined ? undefined : this.#values[number]
    return value === undefined ? undefined : { value, index: this.indexOf(number ?? 0) }
  }

  set(name: string, value: T, index: number): void {
    let number = this.#numbers.get(name)
    if (number === undefined) number = this.#add(name)
    else if (this.#values[number] === undefined) this.#idleBytes -= bytesOf(name)
    if (this.#values[number] === undefined) this.#valueCount += 1
    this.#values[number] = value
    this.#indexes[number] = index
  }

  /** Removes a name's value; returns `false` if it had none. */
  delete(name: string): boolean {
    const number = this.#numbers.get(name)
    if (number === undefined || this.#values[number] === undefined) return false
    this.#values[number] = undefined
    this.#valueCount -= 1
    this.#idleBytes += bytesOf(name)
    if (this.#idleBytes > this.#maxIdleBytes) this.#beginAnew()
    return true
  }

  #add(name: string): number {
    const number = this.#names.push(name) - 1
    this.#numbers.set(name, number)
    this.#values.push(undefined)
    this.#indexes.push(0)
    return number
  }

  /** Renumbers the names that have a value and drops all others. */
  #beginAnew(): void {
    const [names, values, indexes] = [this.#names, this.#values, this.#indexes]
    this.#generation += 1
    this.#numbers = new Map()
    this.#names = []
    this.#values = []
    this.#indexes = []
    this.#valueCount = 0
    this.#idleBytes = 0
    for (const [number, name] of names.entries()) {
      const value = values[number]
      if (value !== undefined) this.set(name, value, indexes[number] ?? 0)
    }
  }
}

function bytesOf(name: string): number {
  return name.length + NAME_BYTES
}
