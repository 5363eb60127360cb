import type { Lane } from '../lanes.ts'

/** Maximum bytes in flight to one gateway without a receipt. */
const LANE_WINDOW_BYTES = 8 * 1024 * 1024

/** The lanes of one round with more to send, in rotation; lanes with a full window are parked. */
export class LaneQueue {
  readonly #ready: Lane[]
  /** The index in `#ready` of the next lane: shifting a long array costs time proportional to its length. */
  #next = 0
  readonly #onReady: () => void
  /** Lanes that wait for receipts before they send more. */
  readonly #parked = new Set<Lane>()

  /** @param onReady called when a parked lane may continue. */
  constructor(lanes: readonly Lane[], onReady: () => void) {
    this.#ready = [...lanes]
    this.#onReady = onReady
  }

  /** Whether every lane has sent everything. */
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

  /** Ends the round; the next one gets unsent targets. */
  end(): void {
    this.#ready.length = 0
    this.#next = 0
    this.#parked.clear()
  }

  /** Notes that a message of a lane, from this round or an earlier one, was answered. */
  release(lane: Lane, bytes: number): void {
    lane.unansweredBytes -= bytes
    if (lane.unansweredBytes >= LANE_WINDOW_BYTES || !this.#parked.delete(lane)) return
    this.#ready.push(lane)
    this.#onReady()
  }
}
