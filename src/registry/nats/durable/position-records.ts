import { LinkedMap } from '../../linked-map.ts'
import type { Warnings } from '../../warnings.ts'
import { decodeReceipt, encodeReceipt } from '../receipt.ts'
import { forEachNumber, rangesOf } from '../../targets/ranges.ts'
import type { HandledRecord, Place, RecordLog } from './record-log.ts'

/** Maximum number of recipients whose record is cached in memory. */
const MAX_REMEMBERED = 200_000

/** The parts of a record log that records of positions use. */
export type PositionLog = Pick<
  RecordLog,
  'maxEntryBytes' | 'subjectOf' | 'append' | 'readAfter' | 'delete'
>

/** One partly read record. */
interface Known {
  /** 1 for each position on record. */
  readonly isHandled: Uint8Array
  /** The last entry that was read. */
  last: Place | null
}

/**
 * The records of stored messages: receipts, as they also go to the sender. Each entry is read once,
 * however often its message is retried.
 */
export class PositionRecords {
  readonly #log: PositionLog
  readonly #warnings: Warnings
  readonly #maxRemembered: number
  /** By the name of the message; the one used last is last. */
  readonly #known = new LinkedMap<string, Known>()
  #remembered = 0

  /** @param maxRemembered how many recipients to keep in memory, besides those of the latest message. */
  constructor(log: PositionLog, warnings: Warnings, maxRemembered: number = MAX_REMEMBERED) {
    this.#log = log
    this.#warnings = warnings
    this.#maxRemembered = maxRemembered
  }

  /** @param storedAs names the message: its sequence number and the id under which it was published. */
  of(storedAs: string, recipients: number): HandledRecord {
    const subject = this.#log.subjectOf(`stored ${storedAs}`)
    return {
      read: async () => {
        const known = this.#use(storedAs, recipients)
        known.last = await this.#log.readAfter(known.last, subject, (entry) => {
          const receipt = decodeReceipt(entry, recipients)
          if (receipt) forEachNumber(receipt.handled, (at) => (known.isHandled[at] = 1))
          else this.#warn(subject, recipients)
        })
        return positionsOf(known)
      },
      add: async (positions) => {
        const receipt = { handled: rangesOf(positions), refused: [] }
        const entries = encodeReceipt(recipients, receipt, this.#log.maxEntryBytes)
        return this.#log.append(subject, entries)
      },
      clear: async () => {
        this.#forget(storedAs)
        await this.#log.delete(subject)
      },
    }
  }

  #use(storedAs: string, recipients: number): Known {
    const known = this.#known.get(storedAs) ?? { isHandled: new Uint8Array(recipients), last: null }
    this.#forget(storedAs)
    this.#known.set(storedAs, known)
    this.#remembered += recipients
    for (let first = this.#known.first(); first; first = this.#known.first()) {
      const [oldest] = first
      if (this.#remembered <= this.#maxRemembered || oldest === storedAs) break
      this.#forget(oldest)
    }
    return known
  }

  #forget(storedAs: string): void {
    this.#remembered -= this.#known.get(storedAs)?.isHandled.length ?? 0
    this.#known.delete(storedAs)
  }

  #warn(subject: string, recipients: number): void {
    this.#warnings.warn(
      'CORRUPT_RECORD',
      `An entry of ${subject} was ignored: it is not a receipt for ${recipients} recipients.`,
    )
  }
}

function positionsOf({ isHandled }: Known): readonly number[] {
  const positions: number[] = []
  for (const [position, one] of isHandled.entries()) if (one === 1) positions.push(position)
  return positions
}
