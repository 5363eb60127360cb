import type { Warnings } from '../../warnings.ts'
import { decodeReceipt, encodeReceipt } from '../receipt.ts'
import { forEachNumber, rangesOf } from '../../targets/ranges.ts'
import type { HandledRecord, RecordLog } from './record-log.ts'

/** The record of one stored message: receipts, as they also go to the sender. */
export class PositionRecord implements HandledRecord {
  readonly #log: RecordLog
  readonly #subject: string
  readonly #recipients: number
  readonly #warnings: Warnings

  /** @param storedAs names the message: its sequence number and the id under which it was published. */
  constructor(log: RecordLog, storedAs: string, recipients: number, warnings: Warnings) {
    this.#log = log
    this.#subject = log.subjectOf(`stored ${storedAs}`)
    this.#recipients = recipients
    this.#warnings = warnings
  }

  async read(): Promise<readonly number[]> {
    const handled: number[] = []
    await this.#log.readFrom(1, this.#subject, (entry) => {
      const receipt = decodeReceipt(entry, this.#recipients)
      if (receipt) forEachNumber(receipt.handled, (position) => handled.push(position))
      else {
        this.#warnings.warn(
          'CORRUPT_RECORD',
          `An entry of ${this.#subject} is not a receipt for ${this.#recipients} recipients, and was left out.`,
        )
      }
    })
    return handled
  }

  add(positions: readonly number[]): Promise<boolean> {
    const receipt = { handled: rangesOf(positions), refused: [] }
    const entries = encodeReceipt(this.#recipients, receipt, this.#log.maxEntryBytes)
    return this.#log.append(this.#subject, entries)
  }

  clear(): Promise<void> {
    return this.#log.delete(this.#subject)
  }
}
