/** The number of Maps, a power of two. */
const SHARDS = 256

/** Values by identity, in many Maps: a single Map with a million entries blocks the event loop when it grows. */
export class IdentityMap<Value> {
  readonly #shards = Array.from({ length: SHARDS }, () => new Map<string, Value>())
  #size = 0

  get size(): number {
    return this.#size
  }

  get(identity: string): Value | undefined {
    return this.#shards[shardOf(identity)]?.get(identity)
  }

  set(identity: string, value: Value): void {
    const shard = this.#shards[shardOf(identity)]
    if (shard === undefined) return
    this.#size -= shard.size
    shard.set(identity, value)
    this.#size += shard.size
  }

  delete(identity: string): void {
    if (this.#shards[shardOf(identity)]?.delete(identity) === true) this.#size -= 1
  }
}

/** Hashes the last characters, in which numbered identities differ. */
function shardOf(identity: string): number {
  const { length } = identity
  let hash = length
  for (let at = Math.max(0, length - 4); at < length; at += 1) {
    hash = (hash * 31 + identity.charCodeAt(at)) | 0
  }
  return hash & (SHARDS - 1)
}
