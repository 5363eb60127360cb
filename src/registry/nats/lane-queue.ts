import type { Lane } from '../lanes.ts'

/** Bytes in flight to one gateway without a receipt, at most. */
const LANE_WINDOW_BYTES = 8 * 1024 * 1024

/** The lanes of one round that have more to send, in turn; lanes with a full window are parked. */
export class LaneQueue {
  readonly #ready: Lane[]
  /** Those before it in `#ready` have been taken: to shift a long array costs as much as its length. */
  #next = 0
  readonly #onReady: () => void
  /** Wait for receipts before more is sent. */
  readonly #parked = new Set<Lane>()

  /** @param onReady called when a parked lane may go on. */
  constructor(lanes: readonly Lane[], onReady: () => void) {
    this.#ready = [...lanes]
    this.#onReady = onReady
  }

  /** Whether every lane has sent all it has. */
  get isEmpty(): boolean {
    return !this.hasReady && this.#parked.size === 0
  }

  get hasReady(): boolean {
    return this.#next < this.#ready.length
  }

  /** The lane whose turn it is. */
  take(): Lane | undefined {
    const lane = this.#ready[this.#next]
    if (lane === undefined) return undefined
    this.#next += 1
    if (this.#next > this.#ready.length / 2) {
      this.#ready.splice(0, this.#next)
      this.#next = 0
    }
    return lane
  }

  /** Queues a lane for its next turn, or parks it until its window opens. */
  add(lane: Lane): void {
    if (lane.unansweredBytes < LANE_WINDOW_BYTES) this.#ready.push(lane)
    else this.#parked.add(lane)
  }

  /** Ends the round: unsent targets are left to the next one. */
  end(): void {
    this.#ready.length = 0
    this.#next = 0
    this.#parked.clear()
  }

  /** A message of a lane, of this round or an earlier one, was answered. */
  release(lane: Lane, bytes: number): void {
    lane.unansweredBytes -= bytes
    if (lane.unansweredBytes >= LANE_WINDOW_BYTES || !this.#parked.delete(lane)) return
    this.#ready.push(lane)
    this.#onReady()
  }
}
