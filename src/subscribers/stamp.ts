/**
 * A header in front of a load test message's payload, by which subscribers time and count its receipt.
 *
 *     byte 0      1 during warm-up, else 0
 *     byte 1–4    load id, big-endian integer
 *     byte 5–12   request number, big-endian double
 *     byte 13–20  intended start by `nowMs()`, big-endian double
 *     byte 21 …   the payload
 */
export interface Stamp {
  /**
   * 0 … 2³² − 1. Tells this load's messages from those of others in the namespace, which may come from
   * other machines with unrelated clocks.
   */
  readonly loadId: number
  /** The number of the request that sent the message. */
  readonly number: number
  readonly intendedAtMs: number
  readonly isWarmUp: boolean
}

const STAMP_BYTES = 21

/** Prefixes a payload with a stamp. */
export function stampPayload(stamp: Stamp, payload: Uint8Array): Uint8Array {
  const message = Buffer.allocUnsafe(STAMP_BYTES + payload.length)
  message.writeUInt8(stamp.isWarmUp ? 1 : 0, 0)
  message.writeUInt32BE(stamp.loadId, 1)
  message.writeDoubleBE(stamp.number, 5)
  message.writeDoubleBE(stamp.intendedAtMs, 13)
  message.set(payload, STAMP_BYTES)
  return message
}

/** Reads a message's stamp; `null` if the message is too short to have one. */
export function readStamp(message: Uint8Array): Stamp | null {
  if (message.length < STAMP_BYTES) return null
  const view = new DataView(message.buffer, message.byteOffset, STAMP_BYTES)
  return {
    isWarmUp: view.getUint8(0) === 1,
    loadId: view.getUint32(1),
    number: view.getFloat64(5),
    intendedAtMs: view.getFloat64(13),
  }
}
