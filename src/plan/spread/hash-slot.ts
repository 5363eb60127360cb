/** Slots that the nodes of a Redis Cluster share. */
export const SLOTS = 16_384

/**
 * The slot of a key in a Redis Cluster: CRC-16/XMODEM of its hash tag, modulo 16,384. The tag is the text
 * between the first `{` and the next `}` if that is not empty, otherwise the key itself. (Redis
 * Cluster specification, "Key distribution model" and "Hash tags".)
 */
export function hashSlot(key: string): number {
  const open = key.indexOf('{')
  const close = open === -1 ? -1 : key.indexOf('}', open + 1)
  const tag = close > open + 1 ? key.slice(open + 1, close) : key
  return crc16(Buffer.from(tag)) % SLOTS
}

/** CRC-16/XMODEM: polynomial 0x1021, initially 0, neither reflected nor inverted. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff
    }
  }
  return crc
}

/** The node of a slot if all nodes have equal ranges, as assigned by `redis-cli --cluster create`. */
export function nodeOfSlot(slot: number, nodes: number): number {
  return Math.floor((slot * nodes) / SLOTS)
}
