import type { TestCase, TestModule, TestSpecification } from 'vitest/node'
import type { RunningScenario, RunPlace } from '../report/live/run-event.ts'
import { LOAD_PROJECT } from './load-project.ts'

/** Whether a test makes loads or runs micro-benchmarks. */
export function kindOf({ project }: TestCase): RunningScenario['kind'] {
  return project.name === LOAD_PROJECT ? 'load' : 'micro-benchmark'
}

/** Counts a run's tests. A file counts as one test until it was imported. */
export class TestPlaces {
  /** Load tests of each file; `null` until it was imported. */
  readonly #loadTests = new Map<string, number | null>()
  readonly #microFiles = new Set<string>()
  /** Load tests and files of micro-benchmarks that have begun, in this order. */
  readonly #begun: Readonly<Record<RunningScenario['kind'], Set<string>>> = {
    load: new Set(),
    'micro-benchmark': new Set(),
  }

  expect(specifications: readonly TestSpecification[]): void {
    for (const { project, moduleId } of specifications) {
      if (project.name === LOAD_PROJECT) this.#loadTests.set(moduleId, null)
      else this.#microFiles.add(moduleId)
    }
  }

  imported({ moduleId, project, children }: TestModule): void {
    if (project.name !== LOAD_PROJECT) return
    const tests = [...children.allTests()].filter(({ options }) => options.mode === 'run')
    this.#loadTests.set(moduleId, tests.length)
  }

  /** Load tests of the run. */
  get scenarios(): number {
    return [...this.#loadTests.values()].reduce<number>((sum, tests) => sum + (tests ?? 1), 0)
  }

  get microFiles(): number {
    return this.#microFiles.size
  }

  /** The place of a test that begins or has begun. */
  placeOf(testCase: TestCase): RunPlace {
    const kind = kindOf(testCase)
    const begun = this.#begun[kind]
    const id = kind === 'load' ? testCase.id : testCase.module.moduleId
    begun.add(id)
    const number = [...begun].indexOf(id) + 1
    return { number, of: Math.max(number, kind === 'load' ? this.scenarios : this.microFiles) }
  }
}
