import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One handled message of one recipient. Times are by `nowMs()`. */
export interface JournaledReceipt {
  /** The number of the request that sent the message. */
  readonly number: number
  readonly intendedAtMs: number
  readonly receivedAtMs: number
  /** 0, 1, 2 … in the order of hosting. */
  readonly recipient: number
}

/**
 * An entry: number, due time and arrival as doubles, the recipient as an integer.
 *
 *     byte 0–7  8–15  16–23  24–27, all big-endian
 */
const ENTRY_BYTES = 28
const READ_BYTES = ENTRY_BYTES * 4_096

/**
 * What a gateway handled, kept where it survives the process that handled it: in a file without a name, which the
 * system keeps as long as a process has it open. An entry is written before its receipt is sent,
 * so whatever a sender was told is here, however the gateway ends. Costs one system call per receipt.
 */
export class ReceiptJournal {
  /** Of the file, for a child process to inherit. */
  readonly fd: number
  readonly #entry = Buffer.alloc(ENTRY_BYTES)

  /** @param fd of a file that was opened for reading and appending. */
  constructor(fd: number) {
    this.fd = fd
  }

  /** @throws Error if there is no room for temporary files. */
  static create(): ReceiptJournal {
    const folder = mkdtempSync(join(tmpdir(), 'prism-loadtest.'))
    try {
      return new ReceiptJournal(openSync(join(folder, 'receipts'), 'a+'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  /** @throws Error if it can't be written: the message then counts as not handled. */
  append({ number, intendedAtMs, receivedAtMs, recipient }: JournaledReceipt): void {
    this.#entry.writeDoubleBE(number, 0)
    this.#entry.writeDoubleBE(intendedAtMs, 8)
    this.#entry.writeDoubleBE(receivedAtMs, 16)
    this.#entry.writeUInt32BE(recipient, 24)
    writeSync(this.fd, this.#entry)
  }

  /** The entries from one on, in order of handling. */
  *read(from = 0): Generator<JournaledReceipt> {
    const chunk = Buffer.alloc(READ_BYTES)
    let position = from * ENTRY_BYTES
    // As long as it is now: a journal in use grows while it is read.
    const end = fstatSync(this.fd).size
    while (position + ENTRY_BYTES <= end) {
      const read = readSync(this.fd, chunk, 0, Math.min(chunk.length, end - position), position)
      const whole = read - (read % ENTRY_BYTES)
      if (whole === 0) return
      for (let at = 0; at < whole; at += ENTRY_BYTES) {
        yield {
          number: chunk.readDoubleBE(at),
          intendedAtMs: chunk.readDoubleBE(at + 8),
          receivedAtMs: chunk.readDoubleBE(at + 16),
          recipient: chunk.readUInt32BE(at + 24),
        }
      }
      position += whole
    }
  }

  close(): void {
    closeSync(this.fd)
  }
}
