import { describe, expect, test } from 'vitest'
import { loadOf } from './loads.ts'
import { RunClock } from './run-clock.ts'

const RUN_LINE = '20260102T030405Z-0123456  Redis 7.0.15 and NATS 2.9.10 (external)\n'

describe('the measurement of a run began', () => {
  test('just after its heading, as long as nothing else tells', () => {
    const clock = new RunClock(loadOf('register'), 0)
    clock.read(`\n${RUN_LINE}`, 1_500)
    expect(clock.openedMs).toBe(1_500)
    expect(clock.measureStartMs).toBe(null)
    clock.read('\nregister\n', 2_000)
    expect(clock.measureStartMs).toBe(2_050)
  })

  test('after the warm-up', () => {
    const clock = new RunClock(loadOf('register', { warmUpMs: 2_000 }), 0)
    clock.read('register\n', 2_000)
    expect(clock.measureStartMs).toBe(4_050)
  })

  test('after the last notice', () => {
    const clock = new RunClock(loadOf('mixed'), 0)
    clock.read('mixed\n', 2_000)
    clock.read('  150 identities hosted by this load test\n', 2_900)
    expect(clock.measureStartMs).toBe(2_950)
  })

  test('as many seconds ago as its first report says, and no later report changes that', () => {
    const clock = new RunClock(loadOf('register'), 0)
    clock.read('register\n', 2_000)
    clock.read('  1 of 30 s   50 requ', 3_500)
    clock.read('ests   50/s\n', 3_520)
    expect(clock.measureStartMs).toBe(2_040)
    clock.read('  2 of 30 s   100 requests   50/s\n', 5_000)
    expect(clock.measureStartMs).toBe(2_040)
  })
})

test('waiting for a time ends when the run does', async () => {
  const clock = new RunClock(loadOf('register'), 0)
  await expect(clock.reach(1_000, AbortSignal.abort())).rejects.toThrow(/abort/)
})
