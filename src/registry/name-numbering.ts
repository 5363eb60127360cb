import { ownText } from './text.ts'

/** Names that have no value may take this much before everything is numbered anew, in bytes. */
const MAX_IDLE_BYTES = 64 * 1024 * 1024
/** What a name takes besides its characters, in bytes: an estimate. */
const NAME_BYTES = 64

/** Numbers of names, as those may know them who have no business with the values. */
export interface NameNumbers {
  /** Changes when everything is numbered anew, and earlier numbers mean nothing. */
  readonly generation: number
  /** The number of a name; a new one if it has none. */
  numberOf(name: string): number
  /** By number; those of an earlier generation are another array. */
  readonly names: readonly string[]
}

/** The value of a name. */
export interface Numbered<T> {
  readonly value: T
  readonly index: number
}

/**
 * Names by number, and the values of some of them: in flat arrays, because going to very many small
 * objects one after the other costs more than all that is done with them. Other names may have a
 * number and no value. As these come from outside, they don't stay for good.
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
    // If none has a value, a look-up would just cost the hash of every name.
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

  /** Takes a name's value away; `false` if it had none. */
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

  /** Keeps only names that have a value. */
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
