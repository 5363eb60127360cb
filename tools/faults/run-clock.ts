import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultTime } from './faults.ts'
import type { Load } from './loads.ts'

/** The delay of a line about a whole second: until the next progress message, in ms. */
const REPORT_DELAY_MS = 480
/** From the last line before a load to its first request. */
const LEAD_MS = 50
/** From the command's start to its first request, if its output is unseen. */
const UNSEEN_START_MS = 2_500

const LOOK_EVERY_MS = 10

/** The phase of a run, derived from its output. All times are by `Date.now()`. */
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

  /** Reads the run's output. */
  read(chunk: string, nowMs: number): void {
    const lines = (this.#rest + chunk).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#readLine(line, nowMs)
  }

  /** When it had found its servers; `null` before. */
  get openedMs(): number | null {
    return this.#openedMs
  }

  /** When the measurement began; `null` while unknown. */
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
    const seconds = /^ {2}(\d+) of [\d,]+ s {3}/.exec(line)?.[1]
    if (seconds !== undefined)
      this.#reportedMs ??= nowMs - Number(seconds) * 1_000 - REPORT_DELAY_MS
  }
}
