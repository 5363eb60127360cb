import { expect, test } from 'vitest'
import {
  sumUpStages,
  verdictOfCounts,
  verdictOfDrift,
  verdictOfPairs,
  verdictOfSkipped,
} from './stages.ts'
import type { VersionName } from './versions/both.ts'

test('one regression decides, whatever the other stages find', () => {
  expect(sumUpStages(['pass', 'inconclusive', 'not comparable', 'regression'])).toEqual({
    kind: 'regression',
    exitCode: 1,
  })
})

test('neither inconclusive nor not comparable is a pass', () => {
  expect(sumUpStages(['pass', 'inconclusive', null]).exitCode).toBe(3)
  expect(sumUpStages(['pass', 'not comparable', 'inconclusive']).exitCode).toBe(4)
  expect(sumUpStages(['pass', 'improvement']).exitCode).toBe(0)
})

test('a gate that compared nothing does not pass', () => {
  expect(sumUpStages([null, null]).exitCode).toBe(4)
})

test('missing evidence is inconclusive if it was requested, and ignored otherwise', () => {
  const skipped = { kind: 'skipped', why: 'interrupted' } as const
  expect(verdictOfSkipped({ ...skipped, isMissed: true })).toBe('inconclusive')
  expect(verdictOfSkipped({ ...skipped, isMissed: false })).toBeNull()
})

test('a candidate that fails is a regression; a baseline that fails cannot be compared', () => {
  const failure = { kind: 'failed', phase: 'call', error: 'boom', why: 'boom' } as const
  const isConfirmed = true
  const stagesOf = (version: VersionName) => [
    verdictOfCounts({ ...failure, version, isConfirmed }),
    verdictOfDrift({ ...failure, version, isConfirmed }),
    verdictOfPairs({
      kind: 'measured',
      operations: [{ operation: 'register', endings: [], state: { ...failure, version } }],
    }),
  ]
  expect(new Set(stagesOf('candidate'))).toEqual(new Set(['regression']))
  expect(new Set(stagesOf('baseline'))).toEqual(new Set(['not comparable']))
})

test('a failure that did not recur is neither a regression nor a pass', () => {
  const once = { kind: 'failed', version: 'candidate', phase: 'call', error: 'boom' } as const
  const isConfirmed = false
  const state = { kind: 'judged', metrics: [] } as const
  expect([
    verdictOfCounts({ ...once, why: 'boom', isConfirmed }),
    verdictOfDrift({ ...once, isConfirmed }),
    verdictOfPairs({
      kind: 'measured',
      operations: [{ operation: 'register', endings: [once], state }],
    }),
  ]).toEqual(['inconclusive', 'inconclusive', 'inconclusive'])
})
