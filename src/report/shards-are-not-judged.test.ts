import { expect, test } from 'vitest'
import { operationsCsv } from '../run-file/csv/operations-csv.ts'
import { runOf, scenarioOf } from '../run-file/testing/run-fixture.ts'
import { EXIT } from '../exit-code.ts'
import { renderPage } from './html/page.ts'
import { runPage } from './html/run/run-page.ts'
import { runMarkdown } from './markdown/run-markdown.ts'
import { summaryOf } from './summarise-runs.ts'
import { renderRunList } from './terminal/runs.ts'

const scenarios = [scenarioOf('register', {}), scenarioOf('list', {})]
const whole = runOf(scenarios)
const shard = runOf(scenarios, {
  generators: { kind: 'shard', shard: 2, of: 5, startAt: null, namespace: 'n' },
})

test('no report of a shard says that it passed, because all shards are judged together', () => {
  const reports = (run: typeof whole): readonly string[] => [
    renderPage(runPage(run), { script: '', style: '' }),
    runMarkdown({ run, path: null, exitCode: EXIT.good, others: [] }),
    renderRunList([summaryOf('run.json', run)]),
    operationsCsv(run),
  ]
  for (const report of reports(whole)) expect(report).toMatch(/\bpassed\b/)
  for (const report of reports(shard)) {
    // The status of the test itself is a column of its own.
    expect(report.replaceAll('"passed","measured"', '"measured"')).not.toMatch(/\bpassed\b/)
    expect(report).toMatch(/\bmeasured\b/)
  }
})
