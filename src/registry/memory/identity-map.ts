/** How many Maps there are, a power of two. */
const SHARDS = 256

/** Values by identity, in many Maps, because a single one of a million holds the event loop when it grows. */
export class IdentityMap<Value> {
  readonly #shards = Array.from({ length: SHARDS }, () => new Map<string, Value>())

  get(identity: string): Value | undefined {
    return this.#shards[shardOf(identity)]?.get(identity)
  }

  set(identity: string, value: Value): void {
    this.#shards[shardOf(identity)]?.set(identity, value)
  }

  delete(identity: string): void {
    this.#shards[shardOf(identity)]?.delete(identity)
  }
}

/** By the last characters, in which numbered identities differ. */
function shardOf(identity: string): number {
  const { length } = identity
  let hash = length
  for (let at = Math.max(0, length - 4); at < length; at += 1) {
    hash = (hash * 31 + identity.charCodeAt(at)) | 0
  }
  return hash & (SHARDS - 1)
}
