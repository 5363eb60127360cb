import type { Socket } from 'node:net'
import { nowMs } from '../../load/clock.ts'

/** A reader that is this much slower than the writer makes the writer wait, in bytes. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024

/** Carries the data of one direction, later by a delay, in order; the writer waits for a slow reader. */
export class DelayLine {
  readonly #from: Socket
  readonly #to: Socket
  #delayMs: number
  #waiting: { readonly chunk: Buffer; readonly dueMs: number }[] = []
  #waitingBytes = 0
  #timer: NodeJS.Timeout | null = null
  #isReaderFull = false

  constructor(from: Socket, to: Socket, delayMs: number) {
    this.#from = from
    this.#to = to
    this.#delayMs = delayMs
    to.on('drain', () => {
      if (this.#isReaderFull) this.#from.resume()
      this.#isReaderFull = false
    })
  }

  send(chunk: Buffer): void {
    if (this.#delayMs === 0 && this.#waiting.length === 0) {
      this.#write(chunk)
      return
    }
    this.#waiting.push({ chunk, dueMs: nowMs() + this.#delayMs })
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#from.pause()
    this.#wait()
  }

  /** What waits already goes at once if there is no delay any more, else when it was due. */
  delayBy(delayMs: number): void {
    this.#delayMs = delayMs
    if (delayMs === 0) this.#release(Infinity)
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#waiting = []
  }

  #wait(): void {
    const [first] = this.#waiting
    if (first === undefined || this.#timer !== null) return
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        this.#release(nowMs())
        this.#wait()
      },
      Math.max(first.dueMs - nowMs(), 0),
    )
  }

  #release(dueBeforeMs: number): void {
    const first = this.#waiting.findIndex(({ dueMs }) => dueMs > dueBeforeMs)
    const due = this.#waiting.splice(0, first < 0 ? this.#waiting.length : first)
    const wasFull = this.#waitingBytes > MAX_WAITING_BYTES
    for (const { chunk } of due) {
      this.#waitingBytes -= chunk.length
      this.#write(chunk)
    }
    if (wasFull && this.#waitingBytes <= MAX_WAITING_BYTES) this.#from.resume()
  }

  #write(chunk: Buffer): void {
    if (this.#to.write(chunk)) return
    this.#isReaderFull = true
    this.#from.pause()
  }
}
