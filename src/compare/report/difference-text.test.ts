import { expect, test } from 'vitest'
import { runOf, registrySystem, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { compareRuns } from '../decision/compare-runs.ts'
import { differenceText, differenceTexts } from './difference-text.ts'
import { runDifferences } from './run-differences.ts'

test.each([
  ['Node', '24.1.0', '24.2.0', 'Node 24.1.0 against 24.2.0'],
  ['backend', 'programs', 'containers', 'servers from programs against containers'],
  ['cgroup CPU limit', 'none', '1.5', 'CPU limit none against 1.5'],
  ['server: MySQL', '8.0', '9.0', 'MySQL 8.0 against 9.0'],
  // Hashes say nothing to people.
  ['server configuration', '01ab', '23cd', "servers' configuration"],
  ['source or parameters', '01ab', 'not recorded', 'source or parameters'],
  [
    'SLO',
    'a P95 < 10 ms; a rate > 9/s',
    'a P95 < 20 ms; a rate > 9/s',
    'SLOs a P95 < 10 ms against a P95 < 20 ms',
  ],
])('%s differs in words', (field, baseline, candidate, text) => {
  expect(differenceText({ field, baseline, candidate })).toBe(text)
})

test('a rate and users are one difference', () => {
  const difference = (field: string, baseline: string, candidate: string) => ({
    field,
    baseline,
    candidate,
  })
  expect(
    differenceTexts([
      difference('model', 'open', 'closed'),
      difference('arrivals', 'constant 100/s', 'none'),
      difference('users', 'none', '10 users'),
      difference('duration', '10 s', '20 s'),
      difference('think time', 'none', '1 s'),
    ]),
  ).toEqual(['load constant 100/s against 10 users', 'duration 10 s against 20 s'])
})

test('runs name what they share, and versions, profiles and environments that differ', () => {
  const { commit } = runOf([])
  if (commit === null) throw new Error('the fixture has a commit')
  const other = runOf([scenarioOf('mixed')], {
    commit: { ...commit, short: '9f8e7d6', isDirty: true },
    system: registrySystem({ redisVersion: '8.0.0' }),
  })
  const comparison = compareRuns(runOf([scenarioOf('mixed')]), other, { isUnlikeAllowed: false })
  expect(runDifferences(comparison)).toEqual({
    same: ['profile short'],
    differs: [
      'commit 0a1b2c3 (main) against 9f8e7d6 (main) with uncommitted work',
      'Redis 7.0.15 against 8.0.0',
    ],
  })
})
