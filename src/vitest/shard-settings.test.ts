import { expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { checkStartAhead, meetingSettings, shardSettings } from './shard-settings.ts'

const BENCH_START_AT = '2026-01-02T03:04:05Z'

test('without a shard, a run is not a shard', () => {
  expect(shardSettings({ BENCH_SHARD: '' })).toBeNull()
})

test('the second of five is 2/5; all that start at one time have one namespace', () => {
  const settings = shardSettings({ BENCH_SHARD: '2/5', BENCH_START_AT })
  expect(settings).toEqual({
    shard: { index: 1, of: 5 },
    start: { kind: 'at', startAtMs: Date.parse(BENCH_START_AT) },
    namespace: 'loadtest-20260102T030405000Z',
  })
  const other = { BENCH_SHARD: '5/5', BENCH_START_AT: '2026-01-02T04:04:05+01:00' }
  expect(shardSettings(other)?.namespace).toBe(settings?.namespace)
  expect(shardSettings({ ...other, BENCH_NAMESPACE: '{mine}' })?.namespace).toBe('{mine}')
})

test.each([
  [{ BENCH_SHARD: '0/5', BENCH_START_AT }, '"0/5"'],
  [{ BENCH_SHARD: '6/5', BENCH_START_AT }, '"6/5"'],
  [{ BENCH_SHARD: '2', BENCH_START_AT }, 'is 2/5'],
  [{ BENCH_SHARD: '2/5' }, '--start-at'],
  [{ BENCH_SHARD: '2/5', BENCH_START_AT: 'soon' }, '"soon"'],
  [{ BENCH_SHARD: '2/5', BENCH_START_AT: '2026-01-02T03:04:05' }, 'zone'],
  [{ BENCH_SHARD: '2/5', BENCH_START_AT, BENCH_NAMESPACE: 'a b' }, '"a b"'],
  [{ BENCH_START_AT }, '--shard'],
  [{ BENCH_NAMESPACE: 'mine' }, '--shard'],
  [{ BENCH_RUN: 'mine' }, '--shard'],
  [{ BENCH_READY_WITHIN: '3m' }, '--shard'],
  [{ BENCH_SHARD: '2/5', BENCH_START_AT, BENCH_READY_WITHIN: '3m' }, 'set one of them'],
  [{ BENCH_SHARD: '2/5', BENCH_START_AT, BENCH_RUN: 'mine' }, 'set one of them'],
])('%j is refused', (env, message) => {
  expect(() => shardSettings(env)).toThrow(InputError)
  expect(() => shardSettings(env)).toThrow(message)
})

test('a start that is past, or too near to prepare for, is refused', () => {
  const now = Date.parse(BENCH_START_AT)
  expect(() => checkStartAhead(now - 90_000, now, 3_000)).toThrow('was 90.0 s ago')
  expect(() => checkStartAhead(now + 2_900, now, 3_000)).toThrow('is in 2.9 s')
  expect(checkStartAhead(now + 3_000, now, 3_000)).toBeUndefined()
})

const BENCH_SHARD = '2/5'

test('without a start, a shard has to meet the others first, whose run is then its namespace', () => {
  expect(meetingSettings({ BENCH_SHARD })).toEqual({
    shard: { index: 1, of: 5 },
    run: null,
    readyWithinMs: 300_000,
  })
  const met = { BENCH_SHARD, BENCH_RUN: 'nightly', BENCH_READY_WITHIN: '3m', BENCH_MET_RUN: 'x1' }
  expect(meetingSettings(met)).toBeNull()
  expect(shardSettings(met)).toEqual({
    shard: { index: 1, of: 5 },
    start: { kind: 'barrier', runId: 'x1', readyWithinMs: 180_000 },
    namespace: 'loadtest-x1',
  })
})

test.each([[{}], [{ BENCH_SHARD, BENCH_START_AT }]])('with %j, nobody meets', (env) => {
  expect(meetingSettings(env)).toBeNull()
})

test.each([
  [{ BENCH_SHARD, BENCH_RUN: 'a b' }, '"a b"'],
  [{ BENCH_SHARD, BENCH_READY_WITHIN: 'soon' }, 'BENCH_READY_WITHIN'],
  [{ BENCH_SHARD, BENCH_READY_WITHIN: '0s' }, 'at least 1s'],
])('%j is refused before a meeting', (env, message) => {
  expect(() => meetingSettings(env)).toThrow(message)
})
