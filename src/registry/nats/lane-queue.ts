import type { Lane } from '../lanes.ts'

/** What may be on the way to one gateway without a receipt, in bytes. */
const LANE_WINDOW_BYTES = 8 * 1024 * 1024

/** The lanes of one round that have more to send, in turn; those whose window is full are parked. */
export class LaneQueue {
  readonly #lanes: readonly Lane[]
  readonly #ready: Lane[]
  readonly #onReady: () => void
  #parked = 0

  /** @param onReady called when a parked lane may go on. */
  constructor(lanes: readonly Lane[], onReady: () => void) {
    this.#lanes = lanes
    this.#ready = [...lanes]
    this.#onReady = onReady
  }

  /** Whether every lane has sent all it has. */
  get isEmpty(): boolean {
    return this.#ready.length === 0 && this.#parked === 0
  }

  get hasReady(): boolean {
    return this.#ready.length > 0
  }

  /** The lane whose turn it is. */
  take(): Lane | undefined {
    return this.#ready.shift()
  }

  /** Has a lane wait for its next turn, or for its window. */
  add(lane: Lane): void {
    if (lane.unansweredBytes < LANE_WINDOW_BYTES) this.#ready.push(lane)
    else {
      lane.parked = true
      this.#parked += 1
    }
  }

  /** The round is over: whatever has not been sent is left to the next one. */
  end(): void {
    for (const lane of this.#lanes) lane.parked = false
    this.#ready.length = 0
    this.#parked = 0
  }

  /** A message of a lane, of this round or an earlier one, was answered. */
  release(lane: Lane, bytes: number): void {
    lane.unansweredBytes -= bytes
    if (!lane.parked || lane.unansweredBytes >= LANE_WINDOW_BYTES) return
    lane.parked = false
    this.#parked -= 1
    this.#ready.push(lane)
    this.#onReady()
  }
}
