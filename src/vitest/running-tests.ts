import type { SerializedError } from 'vitest'
import type { TestCase } from 'vitest/node'
import type { IntervalFigures } from '../load/result.ts'
import type { RunningScenario } from '../report/live/run-event.ts'
import { serializeIntervals } from '../run-file/json/intervals-json.ts'
import type { ScenarioEntry } from '../run-file/run-file.ts'
import { LOAD_PROJECT } from './load-project.ts'
import type { ProgressMessage } from './progress-channel.ts'
import { nameOfLoad } from './scenario-entries.ts'

/** A test whose process died while it was being measured. */
export interface LostTest {
  readonly scenario: RunningScenario
  readonly entries: readonly ScenarioEntry[]
}

/** The seconds that a load has sent. */
interface SentSeconds {
  /** When its measurement began, in ms since 1970; `null` before its first progress. */
  startedAtMs: number | null
  readonly intervals: IntervalFigures[]
}

/** Tests that have begun and not ended, and what their loads have sent: all that remains if their process dies. */
export class RunningTests {
  readonly #tests = new Map<string, TestCase>()
  readonly #begun = new Set<string>()
  /** By test and load; progress may arrive before its test is known to have begun. */
  readonly #sent = new Map<string, SentSeconds[]>()

  /** @returns whether it wasn't known to have begun. */
  begin(testCase: TestCase): boolean {
    if (this.#begun.has(testCase.id)) return false
    this.#begun.add(testCase.id)
    this.#tests.set(testCase.id, testCase)
    return true
  }

  end({ id }: TestCase): void {
    this.#tests.delete(id)
    this.#sent.delete(id)
  }

  /** The running test of this id. */
  get(testId: string): TestCase | undefined {
    return this.#tests.get(testId)
  }

  /** @param nowMs in ms since 1970. Timestamps include the few ms that a progress takes from process to process. */
  keep({ testId, load, progress }: ProgressMessage, nowMs: number): void {
    const loads = this.#sent.get(testId) ?? []
    this.#sent.set(testId, loads)
    while (loads.length <= load) loads.push({ startedAtMs: null, intervals: [] })
    const sent = loads[load]
    if (sent === undefined) return
    sent.startedAtMs ??= Math.max(Math.round(nowMs - progress.elapsedMs), 0)
    sent.intervals.push(...progress.intervals)
  }

  /**
   * Load tests that have not ended although the run has.
   * @param errors of the run: the first one says why.
   */
  lost(
    errors: readonly SerializedError[],
    scenarioOf: (testCase: TestCase) => RunningScenario,
  ): readonly LostTest[] {
    const [first] = errors
    const reasons = [first?.message, first?.cause?.message].filter((text) => text !== undefined)
    const error = `the process that measured it ended: ${reasons.join(' ')}`
    return [...this.#tests.values()]
      .filter(({ project }) => project.name === LOAD_PROJECT)
      .map((testCase): LostTest => {
        const scenario = scenarioOf(testCase)
        const loads = this.#sent.get(testCase.id) ?? [{ startedAtMs: null, intervals: [] }]
        const entries = loads.map(({ startedAtMs, intervals }, index): ScenarioEntry => ({
          state: 'lost',
          name: nameOfLoad(testCase, index),
          file: scenario.file,
          testStatus: 'failed',
          error,
          intervals: serializeIntervals(intervals, startedAtMs),
        }))
        return { scenario, entries }
      })
  }
}
