import { expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { checkStartAhead, shardSettings } from './shard-settings.ts'

const BENCH_START_AT = '2026-01-02T03:04:05Z'

test('without a shard, a run is not a shard', () => {
  expect(shardSettings({ BENCH_SHARD: '' })).toBeNull()
})

test('the second of five is 2/5; all that start at one time have one namespace', () => {
  const settings = shardSettings({ BENCH_SHARD: '2/5', BENCH_START_AT })
  expect(settings).toEqual({
    shard: { index: 1, of: 5 },
    startAtMs: Date.parse(BENCH_START_AT),
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
