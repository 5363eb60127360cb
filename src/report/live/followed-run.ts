import type { IntervalFigures } from '../../load/result.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { LiveRun } from '../terminal/live/live-run.ts'
import type { RunEvent, RunListener } from './run-event.ts'

/** The seconds of a load that is under way. */
export interface FollowedLoad {
  /** When the measurement began, in UNIX ms; `null` during the warm-up. */
  readonly startMs: number | null
  readonly intervals: readonly IntervalFigures[]
}

interface GrowingLoad extends FollowedLoad {
  startMs: number | null
  readonly intervals: IntervalFigures[]
}

const NOTHING_YET: FollowedLoad = { startMs: null, intervals: [] }

/** The state of a running run, by its events. Cheap to keep: it is rendered only while a browser is connected. */
export class FollowedRun {
  /** Running tests, in figures. */
  readonly live = new LiveRun()
  /** Loads of those tests, by test and index. */
  readonly #loads = new Map<string, GrowingLoad[]>()
  #run: RunFile | null = null

  /** The run with what has ended so far, the same object until more has; `null` before it began. */
  get run(): RunFile | null {
    return this.#run
  }

  /** @param load its index in the test. */
  loadOf(testId: string, load: number): FollowedLoad {
    return this.#loads.get(testId)?.[load] ?? NOTHING_YET
  }

  readonly listener: RunListener = (event: RunEvent) => {
    this.live.apply(event, performance.now())
    switch (event.event) {
      case 'run-started':
      case 'run-ended':
        this.#run = event.run
        this.#loads.clear()
        break
      case 'progress':
        this.#progress(event)
        break
      case 'scenario-ended':
        this.#loads.delete(event.scenario.id)
        this.#add(event.entries, [])
        break
      case 'micro-benchmarks':
        this.#add([], event.entries)
        break
      case 'scenario-started':
      case 'load-started':
        break
    }
  }

  #add(scenarios: RunFile['scenarios'], microBenchmarks: RunFile['microBenchmarks']): void {
    const run = this.#run
    if (run === null) return
    this.#run = {
      ...run,
      scenarios: [...run.scenarios, ...scenarios],
      microBenchmarks: [...run.microBenchmarks, ...microBenchmarks],
    }
  }

  #progress({ scenario, load, progress }: Extract<RunEvent, { event: 'progress' }>): void {
    const loads = this.#loads.get(scenario.id) ?? []
    this.#loads.set(scenario.id, loads)
    for (let index = loads.length; index <= load; index += 1) {
      loads.push({ startMs: null, intervals: [] })
    }
    const growing = loads[load]
    if (growing === undefined) return
    if (progress.elapsedMs >= 0) growing.startMs ??= Math.round(Date.now() - progress.elapsedMs)
    for (const interval of progress.intervals) growing.intervals.push(interval)
  }
}
