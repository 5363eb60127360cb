import { expect, test } from 'vitest'
import { runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { renderEnding, renderFiles } from './ending.ts'

const ended = { startedAt: '2026-01-02T03:04:05.000Z', finishedAt: '2026-01-02T03:04:57.400Z' }

test('a run ends in one line: its outcome, its measurement, its length', () => {
  expect(renderEnding({ ...runOf([scenarioOf('a', {})]), ...ended })).toBe(
    'No SLO was judged. Measurement valid. 1 scenario in 52 s.',
  )
})

test('several scenarios are listed before it', () => {
  const run = runOf([scenarioOf('a', {}), scenarioOf('b', {}, { testStatus: 'failed' })])
  expect(renderEnding({ ...run, ...ended }).split('\n')).toEqual([
    '  passed  a',
    '  failed  b',
    '',
    expect.stringMatching(/^Failed: .*b.* 2 scenarios in 52 s\.$/),
  ])
})

test('a test that the run file lacks decides the line if it ended worse', () => {
  const run = { ...runOf([scenarioOf('a', {})]), ...ended }
  const broken = { name: 'enumerate\u001b[2J', outcome: 'broken' } as const
  expect(renderEnding(run, [{ name: 'b', outcome: 'passed' }, broken, broken])).toMatch(
    /^Broken: enumerate\\u\{1b\}\[2J, and 1 other\. No SLO was judged\./,
  )
  expect(renderEnding(run, [{ name: 'b', outcome: 'passed' }])).toMatch(/^No SLO/)
})

test('a long run has its length in minutes and hours', () => {
  const lasting = (finishedAt: string) =>
    renderEnding({ ...runOf([scenarioOf('a', {})]), ...ended, finishedAt })
  expect(lasting('2026-01-02T03:08:10.000Z')).toContain('in 4 min 5 s.')
  expect(lasting('2026-01-02T05:08:10.000Z')).toContain('in 2 h 4 min.')
})

test('files say what they are, the report first', () => {
  const paths = {
    json: '/a/r/1.json',
    csv: '/a/r/1.csv',
    sloCsv: '/a/r/1.slo.csv',
    html: '/a/r/1.html',
  }
  expect(renderFiles(paths, '/a').split('\n')).toEqual([
    '  report             r/1.html',
    '  run file           r/1.json',
    '  CSV                r/1.csv',
    '  CSV of SLOs        r/1.slo.csv',
  ])
})
