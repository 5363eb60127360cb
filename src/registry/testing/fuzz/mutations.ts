import type { Random } from './random.ts'

/** Bytes that parsers stumble over. */
const AWKWARD = [0x00, 0x0a, 0x0d, 0x20, 0x2c, 0x2d, 0x3a, 0x7f, 0x80, 0xc0, 0xe2, 0xff]

const CHANGES: readonly ((random: Random, bytes: Buffer) => Buffer)[] = [
  function flipBit(random, bytes) {
    const at = random.below(bytes.length)
    return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << random.below(8)))
  },
  function setAwkwardByte(random, bytes) {
    return withByte(bytes, random.below(bytes.length), random.pick(AWKWARD))
  },
  function truncate(random, bytes) {
    return bytes.subarray(0, random.below(bytes.length))
  },
  function cutOut(random, bytes) {
    const { from, to } = slice(random, bytes)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  },
  function repeatSlice(random, bytes) {
    const { from, to } = slice(random, bytes)
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)])
  },
  function insert(random, bytes) {
    const at = random.below(bytes.length + 1)
    return Buffer.concat([
      bytes.subarray(0, at),
      random.bytes(1 + random.below(4)),
      bytes.subarray(at),
    ])
  },
  function swapHalves(random, bytes) {
    const at = random.below(bytes.length)
    return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)])
  },
]

/** The bytes after one to three changes, each of one kind. */
export function mutated(random: Random, bytes: Buffer): Buffer {
  let changed = bytes
  for (let left = 1 + random.below(3); left > 0 && changed.length > 0; left -= 1) {
    changed = random.pick(CHANGES)(random, changed)
  }
  return changed
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = value
  return copy
}

function slice(random: Random, bytes: Buffer): { from: number; to: number } {
  const from = random.below(bytes.length)
  return { from, to: Math.min(bytes.length, from + 1 + random.below(16)) }
}
