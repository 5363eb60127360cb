import type { LoadProgress } from '../../load/recording/load-recorder.ts'
import type { IntervalFigures } from '../../load/result.ts'
import type { MicroBenchmarkEntry, RunFile, ScenarioEntry } from '../../run-file/run-file.ts'
import type { LoadOutline, RunEvent, RunListener, RunningScenario, RunPlace } from './run-event.ts'

/** A load that is under way. */
export interface LiveLoad {
  readonly scenario: RunningScenario
  /** The index of the load in its test. */
  readonly load: number
  readonly outline: LoadOutline | null
  readonly progress: LoadProgress | null
  /** When the measurement began, in UNIX ms; `null` during the warm-up. */
  readonly startMs: number | null
  readonly intervals: readonly IntervalFigures[]
}

/** A test that is under way. */
export interface LiveScenario {
  readonly scenario: RunningScenario
  readonly place: RunPlace
  readonly loads: readonly LiveLoad[]
}

interface GrowingLoad extends LiveLoad {
  outline: LoadOutline | null
  progress: LoadProgress | null
  startMs: number | null
  readonly intervals: IntervalFigures[]
}

interface GrowingScenario extends LiveScenario {
  readonly loads: GrowingLoad[]
}

/** What is known of a run that is under way. Keeping it takes next to nothing: it is read when somebody looks. */
export class LiveRun {
  readonly #running = new Map<string, GrowingScenario>()
  readonly #entries: ScenarioEntry[] = []
  readonly #microBenchmarks: MicroBenchmarkEntry[] = []
  #run: RunFile | null = null
  #isEnded = false

  /** The run with what has ended so far; `null` before it began. */
  get run(): RunFile | null {
    if (this.#run === null || this.#isEnded) return this.#run
    return {
      ...this.#run,
      scenarios: [...this.#entries],
      microBenchmarks: [...this.#microBenchmarks],
    }
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  get running(): readonly LiveScenario[] {
    return [...this.#running.values()]
  }

  readonly listener: RunListener = (event: RunEvent) => {
    switch (event.event) {
      case 'run-started':
        this.#begin(event.run)
        break
      case 'scenario-started': {
        const { scenario, place } = event
        this.#running.set(scenario.id, { scenario, place, loads: [] })
        break
      }
      case 'load-started': {
        const load = this.#loadOf(event.scenario, event.load)
        if (load !== null) load.outline = event.outline
        break
      }
      case 'progress':
        this.#progress(event)
        break
      case 'scenario-ended':
        this.#running.delete(event.scenario.id)
        this.#entries.push(...event.entries)
        break
      case 'micro-benchmarks':
        this.#microBenchmarks.push(...event.entries)
        break
      case 'run-ended':
        this.#run = event.run
        this.#running.clear()
        this.#isEnded = true
        break
    }
  }

  /** A rerun begins anew. */
  #begin(run: RunFile): void {
    this.#run = run
    this.#isEnded = false
    this.#running.clear()
    this.#entries.length = 0
    this.#microBenchmarks.length = 0
  }

  #progress({ scenario, load, progress }: Extract<RunEvent, { event: 'progress' }>): void {
    const growing = this.#loadOf(scenario, load)
    if (growing === null) return
    growing.progress = progress
    if (progress.elapsedMs >= 0) growing.startMs ??= Date.now() - progress.elapsedMs
    for (const interval of progress.intervals) growing.intervals.push(interval)
  }

  /** `null` if its test is not under way. */
  #loadOf(scenario: RunningScenario, load: number): GrowingLoad | null {
    const loads = this.#running.get(scenario.id)?.loads
    if (loads === undefined) return null
    const known = loads.find((one) => one.load === load)
    if (known !== undefined) return known
    const added: GrowingLoad = {
      scenario,
      load,
      outline: null,
      progress: null,
      startMs: null,
      intervals: [],
    }
    loads.push(added)
    return added
  }
}
