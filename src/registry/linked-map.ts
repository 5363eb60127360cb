/** An entry and its neighbours in insertion order. */
interface Link<K, V> {
  readonly key: K
  value: V
  previous: Link<K, V> | null
  next: Link<K, V> | null
}

/**
 * A map in insertion order with constant-time access to the first entry. A `Map` that is emptied from the
 * front leaves holes, which each new iterator must skip: removing the first of n entries until none is
 * left takes time proportional to n².
 */
export class LinkedMap<K, V> {
  readonly #links = new Map<K, Link<K, V>>()
  #first: Link<K, V> | null = null
  #last: Link<K, V> | null = null

  get size(): number {
    return this.#links.size
  }

  has(key: K): boolean {
    return this.#links.has(key)
  }

  get(key: K): V | undefined {
    return this.#links.get(key)?.value
  }

  /** An existing key keeps its place; a new one becomes the last. */
  set(key: K, value: V): void {
    const link = this.#links.get(key)
    if (link !== undefined) {
      link.value = value
      return
    }
    const added: Link<K, V> = { key, value, previous: this.#last, next: null }
    if (this.#last === null) this.#first = added
    else this.#last.next = added
    this.#last = added
    this.#links.set(key, added)
  }

  /** Returns whether the key existed. */
  delete(key: K): boolean {
    const link = this.#links.get(key)
    if (link === undefined) return false
    this.#links.delete(key)
    const { previous, next } = link
    if (previous === null) this.#first = next
    else previous.next = next
    if (next === null) this.#last = previous
    else next.previous = previous
    return true
  }

  clear(): void {
    this.#links.clear()
    this.#first = this.#last = null
  }

  /** The first entry, in the order of insertion. */
  first(): readonly [K, V] | undefined {
    return this.#first === null ? undefined : [this.#first.key, this.#first.value]
  }

  /** In the order of insertion. The map must not change meanwhile. */
  *[Symbol.iterator](): Generator<readonly [K, V]> {
    for (let link = this.#first; link !== null; link = link.next) yield [link.key, link.value]
  }
}
