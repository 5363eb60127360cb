import type { TestCase } from 'vitest/node'
import { outcomeOf } from '../run-file/outcome.ts'
import type { ScenarioEntry } from '../run-file/run-file.ts'
import { testErrorText } from './error-text.ts'
import type { MeasuredLoad } from './scenario-artifact.ts'

/**
 * Whether a test failed by an unexpected error although every judgement is good, or by its environment. Failures of
 * the system under load are counted, never thrown.
 */
export function isBrokenTest(testCase: TestCase, entries: readonly ScenarioEntry[]): boolean {
  const { state, errors = [] } = testCase.result()
  if (state !== 'failed' || errors.every(({ name }) => name === 'AssertionError')) return false
  // Such as servers that can't be restored after a fault: whatever was judged, the next scenario lacks them.
  if (errors.some(({ name }) => name === 'EnvironmentError')) return true
  return entries.every(
    (entry) =>
      entry.state === 'measured' &&
      outcomeOf(entry) === 'failed' &&
      entry.slo.every(({ outcome }) => outcome === 'met'),
  )
}

/** One entry per load; one without figures for a test without loads. */
export function scenarioEntries(
  file: string,
  testCase: TestCase,
  loads: readonly MeasuredLoad[],
): ScenarioEntry[] {
  const { state, errors = [] } = testCase.result()
  const testStatus = state === 'passed' ? 'passed' : state === 'failed' ? 'failed' : 'cancelled'
  const { root } = testCase.project.vitest.config
  const error = errors.map((thrown) => testErrorText(thrown, root)).join('\n')
  const test = { name: testCase.fullName, file, testStatus } as const
  if (loads.length === 0) {
    const ended = isInapplicable(testCase) ? { ...test, testStatus: 'skipped' as const } : test
    return [{ state: 'unmeasured', ...ended, error: error || withoutLoad(testCase) }]
  }
  // Where one load of several explains that the test failed, the others did not fail.
  const areAllGood = loads.every(isGood)
  return loads.map((load, index) => {
    const { workloadHash, result, verdict, slo, bounds } = load
    const isToBlame = areAllGood || !isGood(load)
    return {
      state: 'measured',
      ...test,
      testStatus: testStatus === 'failed' && !isToBlame ? 'passed' : testStatus,
      name: nameOfLoad(testCase, index),
      error: error === '' || !isToBlame ? null : error,
      workloadHash,
      result,
      verdict,
      slo,
      bounds,
    }
  })
}

/** Whether a test says that it doesn't apply: without a note, the run may have been cancelled before it began. */
function isInapplicable(testCase: TestCase): boolean {
  const result = testCase.result()
  return result.state === 'skipped' && Boolean(result.note)
}

function withoutLoad(testCase: TestCase): string {
  const result = testCase.result()
  if (result.state !== 'skipped') return `the test made no load (${result.state})`
  return `the test was skipped${result.note ? `: ${result.note}` : ''}`
}

/** The test's name, with the load's number from the second load on. */
export function nameOfLoad({ fullName }: TestCase, index: number): string {
  return index === 0 ? fullName : `${fullName} (load ${index + 1})`
}

/** Whether no judgement of a load makes its test fail. */
function isGood({ verdict, slo }: MeasuredLoad): boolean {
  return verdict.kind !== 'invalid' && slo.every(({ outcome }) => outcome === 'met')
}
