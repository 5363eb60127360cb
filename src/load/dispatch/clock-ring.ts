import type { DueAfter } from './wait.ts'

/** Due times that are handed over at once. */
const LOT = 32
/** A lot that comes, and one that is being read; a power of two. */
const SLOTS = 64

/** The 32-bit cells. Counts wrap: they are compared by their difference. */
const CELL = {
  /** Another number whenever the clock thread has to look again: it sleeps on this cell. */
  bell: 0,
  /** Due times handed over so far. */
  handedOver: 1,
  /** Due times before this one are not waited for any longer. */
  from: 2,
  /** Due times that have come so far: the event loop sleeps on this cell. */
  come: 3,
  /** The due time that the event loop sleeps for. */
  wanted: 4,
  isAsleep: 5,
  /** The lead of a wake-up before the due time, in µs. */
  leadUs: 6,
  isClosed: 7,
} as const
const TIMES_AT = Object.keys(CELL).length * Int32Array.BYTES_PER_ELEMENT

/**
 * Due times on their way from an event loop to the clock thread that wakes it up for them, in memory
 * that both share. The loop hands them over in lots, so that the thread is not told of each of them, and
 * says which one it sleeps for, so that it isn't woken up for others.
 *
 *     handed over │ 0 1 2 … │ 32 33 34 35 … 63 │
 *                 │ let go  │    │      └ wanted: the loop sleeps until it has come
 *                 └─────────┴────┴ from … come: those that the thread has waited for
 *
 * No count is reset, so each side sees from the difference of two counts what the other has done, in
 * whatever order they get their turns. All accesses to the cells are atomic and in one order for both;
 * a slot is written before the count that makes it readable.
 */
export class ClockRing {
  readonly memory: SharedArrayBuffer
  readonly #cells: Int32Array<SharedArrayBuffer>
  readonly #times: Float64Array<SharedArrayBuffer>
  /** For the event loop: the first due time that is still relevant. */
  #next = 0

  /** @param memory of another ring, to share it. */
  constructor(memory = new SharedArrayBuffer(TIMES_AT + SLOTS * Float64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#cells = new Int32Array(memory, 0, TIMES_AT / Int32Array.BYTES_PER_ELEMENT)
    this.#times = new Float64Array(memory, TIMES_AT, SLOTS)
  }

  /** For the event loop: sets the lead of its wake-ups. */
  setLead(leadMs: number): void {
    Atomics.store(this.#cells, CELL.leadUs, Math.round(leadMs * 1_000))
  }

  /** For the event loop: resolves when the thread says that `timeMs` is less than the lead away, or at the end. */
  async sleepUntil(timeMs: number, dueAfter: DueAfter = NOTHING): Promise<void> {
    const cells = this.#cells
    const wanted = this.#find(timeMs) ?? this.#handOver(timeMs, dueAfter)
    Atomics.store(cells, CELL.wanted, wanted)
    Atomics.store(cells, CELL.isAsleep, 1)
    while (!this.#isClosed) {
      const come = Atomics.load(cells, CELL.come)
      if (isAfter(come, wanted)) break
      const sleep = Atomics.waitAsync(cells, CELL.come, come)
      if (sleep.async) await sleep.value
    }
    Atomics.store(cells, CELL.isAsleep, 0)
  }

  /** For the event loop: ends the waits of both sides, now and in future. */
  close(): void {
    Atomics.store(this.#cells, CELL.isClosed, 1)
    this.#ring()
    Atomics.notify(this.#cells, CELL.come)
  }

  /**
   * For the clock thread, which it blocks: waits for one due time after the other, until the ring is closed.
   * @param now the clock that due times are on, in ms.
   */
  keepTime(now: () => number): void {
    const cells = this.#cells
    let next = 0
    for (;;) {
      // Read first: what changes later than this ends the wait below.
      const bell = Atomics.load(cells, CELL.bell)
      if (this.#isClosed) return
      const from = Atomics.load(cells, CELL.from)
      if (isAfter(from, next)) next = from
      if (next === Atomics.load(cells, CELL.handedOver)) {
        Atomics.wait(cells, CELL.bell, bell)
        continue
      }
      const leadMs = Atomics.load(cells, CELL.leadUs) / 1_000
      const leftMs = this.#timeOf(next) - leadMs - now()
      if (leftMs > 0) {
        Atomics.wait(cells, CELL.bell, bell, leftMs)
        continue
      }
      next = (next + 1) | 0
      Atomics.store(cells, CELL.come, next)
      const isWanted =
        Atomics.load(cells, CELL.isAsleep) === 1 && isAfter(next, Atomics.load(cells, CELL.wanted))
      if (isWanted) Atomics.notify(cells, CELL.come)
    }
  }

  get #isClosed(): boolean {
    return Atomics.load(this.#cells, CELL.isClosed) === 1
  }

  /** The index of a due time among those handed over; `null` if it is not among them. */
  #find(timeMs: number): number | null {
    const end = Atomics.load(this.#cells, CELL.handedOver)
    while (this.#next !== end && this.#timeOf(this.#next) < timeMs)
      this.#next = (this.#next + 1) | 0
    return this.#next !== end && this.#timeOf(this.#next) === timeMs ? this.#next : null
  }

  /** Hands over a due time and those after it, in place of all others; which one it is. */
  #handOver(timeMs: number, dueAfter: DueAfter): number {
    const first = Atomics.load(this.#cells, CELL.handedOver)
    let end = first
    for (let i = 0, dueMs = timeMs; i < LOT && dueMs < Infinity; dueMs = dueAfter(++i)) {
      this.#times[end & (SLOTS - 1)] = dueMs
      end = (end + 1) | 0
    }
    this.#next = first
    Atomics.store(this.#cells, CELL.from, first)
    Atomics.store(this.#cells, CELL.handedOver, end)
    this.#ring()
    return first
  }

  #timeOf(index: number): number {
    return this.#times[index & (SLOTS - 1)] ?? 0
  }

  #ring(): void {
    Atomics.add(this.#cells, CELL.bell, 1)
    Atomics.notify(this.#cells, CELL.bell)
  }
}

const NOTHING: DueAfter = () => Infinity

/** Whether count `a` is ahead of count `b`. */
function isAfter(a: number, b: number): boolean {
  return ((a - b) | 0) > 0
}
