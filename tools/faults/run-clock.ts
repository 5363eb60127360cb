import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultTime } from './faults.ts'
import type { Load } from './loads.ts'

/** A line that counts whole seconds comes with the next progress message, this much after it is true. */
const REPORT_DELAY_MS = 480
/** From the last line before a load to its first request. */
const LEAD_MS = 50
/** Of a command whose output nobody sees: from its start to its first request. */
const UNSEEN_START_MS = 2_500

const LOOK_EVERY_MS = 10

/** Where a run is, as far as its output tells. All times are by `Date.now()`. */
export class RunClock {
  readonly #load: Load
  readonly #spawnedMs: number
  #openedMs: number | null = null
  #leadMs: number | null = null
  #reportedMs: number | null = null
  #rest = ''

  constructor(load: Load, spawnedMs: number) {
    this.#load = load
    this.#spawnedMs = spawnedMs
  }

  /** Takes what the run prints. */
  read(chunk: string, nowMs: number): void {
    const lines = (this.#rest + chunk).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#readLine(line, nowMs)
  }

  /** When it had found its servers and was about to begin; `null` until then. */
  get openedMs(): number | null {
    return this.#openedMs
  }

  /** When the measurement began; `null` as long as nothing tells. */
  get measureStartMs(): number | null {
    if (this.#reportedMs !== null) return this.#reportedMs
    return this.#leadMs === null ? null : this.#leadMs + LEAD_MS + this.#load.warmUpMs
  }

  /** Waits for a time of the run. Rejects when the signal is aborted. */
  async reach(time: FaultTime, signal: AbortSignal): Promise<void> {
    while (!this.#isReached(time)) await sleep(LOOK_EVERY_MS, undefined, { signal })
  }

  #isReached(time: FaultTime): boolean {
    if (time === 'before start') return true
    if (time === 'opening') return this.#openedMs !== null
    const start = this.measureStartMs
    return start !== null && Date.now() >= start + time
  }

  /** For a run whose output goes elsewhere. */
  assumeStarted(): void {
    this.#openedMs ??= this.#spawnedMs
    this.#leadMs ??= this.#spawnedMs + UNSEEN_START_MS
  }

  #readLine(line: string, nowMs: number): void {
    if (/^\d{8}T\d{6}Z-/.test(line)) this.#openedMs ??= nowMs
    const isHeading = line === this.#load.workload || line.startsWith(`${this.#load.workload}: `)
    const isNotice = /^ {2}.*(hosted by this load test|registered in the namespace)/.test(line)
    if (isHeading || isNotice) this.#leadMs = nowMs
    const seconds = /^ {2}(\d+) s {3}/.exec(line)?.[1]
    if (seconds !== undefined)
      this.#reportedMs ??= nowMs - Number(seconds) * 1_000 - REPORT_DELAY_MS
  }
}
