import { holds, type Outcome } from './outcome.ts'

/** Outcomes in the form of Vitest's JSON reporter, so that they can be counted with tests. */
export function testReport(outcomes: readonly Outcome[]): string {
  const assertionResults = outcomes.map((outcome) => ({
    fullName: outcome.row.name,
    status: STATUS[String(holds(outcome))] ?? 'failed',
  }))
  const count = (status: string): number =>
    assertionResults.filter((result) => result.status === status).length
  const numFailedTests = count('failed')
  const status = numFailedTests > 0 ? 'failed' : 'passed'
  return `${JSON.stringify(
    {
      numPassedTests: count('passed'),
      numFailedTests,
      testResults: [{ name: 'test:faults', status, assertionResults }],
    },
    null,
    2,
  )}\n`
}

const STATUS: Readonly<Record<string, string>> = {
  true: 'passed',
  false: 'failed',
  null: 'skipped',
}
