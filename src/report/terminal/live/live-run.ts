import type { RunEvent, RunningScenario, RunPlace } from '../../live/run-event.ts'
import { LiveLoad } from './live-load.ts'
import { timeLeftMs, type BegunTest } from './time-left.ts'

/** A running test. */
export interface LiveTest {
  readonly scenario: RunningScenario
  readonly place: RunPlace
  readonly startedMs: number
  /** Its loads so far, in the order in which it made them. */
  readonly loads: LiveLoad[]
}

/** What is known of a run while it goes on, by its events. Times are by `performance.now()`. */
export class LiveRun {
  /** Running tests, in the order in which they began. */
  readonly tests = new Map<string, LiveTest>()
  /** Files of micro-benchmarks that have not begun. */
  microFilesLeft = 0
  /** The tests or files of the kind that runs, as far as they are known. */
  place: RunPlace | null = null
  /** How long tests of this kind took that have ended. */
  readonly #tookMs: number[] = []
  #kind: RunningScenario['kind'] = 'load'
  #file: { readonly name: string; readonly startedMs: number } | null = null

  apply(event: RunEvent, nowMs: number): void {
    switch (event.event) {
      case 'run-started':
        this.microFilesLeft = event.microFiles
        break
      case 'scenario-started':
        this.#begin(event.scenario, event.place, nowMs)
        break
      case 'load-started':
        this.#loadOf(event).outline = event.outline
        break
      case 'progress':
        this.#loadOf(event).add(event.progress)
        break
      case 'scenario-ended': {
        const test = this.tests.get(event.scenario.id)
        this.tests.delete(event.scenario.id)
        if (test !== undefined) this.#tookMs.push(nowMs - test.startedMs)
        break
      }
      case 'micro-benchmarks':
        break
      case 'run-ended':
        this.tests.clear()
        break
    }
  }

  /** Until the end of the tests, or files, of the kind that runs, in ms; `null` if unknown. */
  leftMs(nowMs: number): number | null {
    if (this.place === null) return null
    const toCome = this.place.of - this.place.number
    const ended = this.#tookMs.map((tookMs): BegunTest => ({ tookMs, leftMs: 0 }))
    if (this.#kind === 'micro-benchmark') {
      const tookMs = this.#file === null ? 0 : nowMs - this.#file.startedMs
      return timeLeftMs([...ended, { tookMs, leftMs: null }], toCome)
    }
    const running = [...this.tests.values()].map(({ startedMs, loads }): BegunTest => {
      const left = loads.flatMap((load) => load.leftMs ?? [])
      return { tookMs: nowMs - startedMs, leftMs: left.length === 0 ? null : Math.max(...left) }
    })
    return timeLeftMs([...ended, ...running], toCome)
  }

  /** The end of a micro-benchmark is not told: the next one begins. */
  #begin(scenario: RunningScenario, place: RunPlace, nowMs: number): void {
    if (scenario.kind === 'micro-benchmark') {
      if (this.#kind === 'load') this.#tookMs.length = 0
      if (this.#file?.name !== scenario.file) {
        if (this.#file !== null) this.#tookMs.push(nowMs - this.#file.startedMs)
        this.#file = { name: scenario.file, startedMs: nowMs }
      }
      this.tests.clear()
      this.microFilesLeft = place.of - place.number
    }
    this.#kind = scenario.kind
    this.place = place
    this.tests.set(scenario.id, { scenario, place, startedMs: nowMs, loads: [] })
  }

  /** The events of a test whose beginning is not told later. */
  #loadOf({ scenario, load }: Extract<RunEvent, { readonly load: number }>): LiveLoad {
    const loads = this.tests.get(scenario.id)?.loads ?? []
    for (let index = loads.length; index <= load; index++) {
      loads.push(new LiveLoad(index === 0 ? scenario.name : `${scenario.name} (load ${index + 1})`))
    }
    return loads[load] ?? new LiveLoad(scenario.name)
  }
}
