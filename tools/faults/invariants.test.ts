import { describe, expect, test } from 'vitest'
import type { Fault } from './faults.ts'
import { allowedMs, brokenInvariants } from './invariants.ts'
import { measured, quietRow, runOf, seen, sloRow } from './testing/observation.ts'
import type { Row } from './row.ts'

function hit(...faults: readonly Fault[]): Row {
  return { ...quietRow, steps: faults.map((fault) => ({ at: 1_000, fault })) }
}

const stopWorker: Fault = { kind: 'stop', victim: 'worker', forMs: 2_000 }
const stopRedis: Fault = { kind: 'stop', victim: 'redis', forMs: 1_000 }
const killRedis: Fault = { kind: 'kill', victim: 'redis' }
const missed = runOf(measured(), { slo: [sloRow('success rate', 'missed')] })
const failed = '  300 requests, success 100 %\n\nMissed: register success rate.\n'

describe('a run keeps the invariants', () => {
  test('if it passed with every request', () => {
    expect(brokenInvariants(quietRow, seen())).toEqual([])
  })

  test('if it passed with 99 % of them, and not with fewer', () => {
    const passed = (ok: number): readonly string[] =>
      brokenInvariants(quietRow, seen({ runs: [runOf(measured({ ok, failed: 300 - ok }))] }))
    expect(passed(297)).toEqual([])
    expect(passed(296)).toEqual(['exit 0 with 296 of 300 requests ok'])
  })

  test('if the system misses a bound, and not if only the generator was hit', () => {
    const outcome = seen({ exitCode: 1, output: failed, runs: [missed] })
    const breach = ['success rate is missed, and only the generator was hit']
    expect(brokenInvariants(hit(killRedis), outcome)).toEqual([])
    expect(brokenInvariants(hit(killRedis, stopWorker), outcome)).toEqual([])
    expect(brokenInvariants(hit(stopWorker), outcome)).toEqual(breach)
    expect(brokenInvariants(hit(stopRedis, stopWorker), outcome)).toEqual(breach)
    expect(brokenInvariants(hit(stopRedis), outcome)).toEqual([])
  })

  test('if it ends within start, duration, timeout, grace period and 5 s', () => {
    expect(allowedMs(quietRow, 2_000, 0)).toBe(2_000 + 6_000 + 5_000 + 10_000 + 5_000)
    expect(allowedMs(quietRow, 2_000, 30_000)).toBe(allowedMs(quietRow, 2_000, 0) + 30_000)
    expect(brokenInvariants(quietRow, seen({ tookMs: 28_000 }))).toEqual([])
    expect(brokenInvariants(quietRow, seen({ tookMs: 28_100 }))).toEqual([
      'took 28.1 s of at most 28.0 s',
    ])
    expect(brokenInvariants(quietRow, seen({ exitCode: null, tookMs: 40_000 }))).toContain(
      'still running after 40.0 s',
    )
  })

  test('if it leaves one run file that is whole', () => {
    expect(brokenInvariants(quietRow, seen({ exitCode: 2, runs: [] }))).toEqual(['no run file'])
    const notOpened = seen({ exitCode: 2, runs: [], hasOpened: false })
    expect(brokenInvariants(quietRow, notOpened)).toEqual([])
    expect(brokenInvariants(quietRow, seen({ runs: [runOf(), runOf()] }))).toEqual(['2 run files'])
    expect(brokenInvariants(quietRow, seen({ fileProblems: ['a.json is not whole'] }))).toEqual([
      'a.json is not whole',
    ])
  })

  test('if nothing is left of it', () => {
    const leaving = { leftRunning: ['redis-server *:1'], leftBehind: ['prism-loadtest-1.sock'] }
    expect(brokenInvariants(quietRow, seen(leaving))).toEqual([
      'left running: redis-server *:1',
      'left behind: prism-loadtest-1.sock',
    ])
    const killed = hit({ kind: 'kill', victim: 'main' })
    expect(brokenInvariants(killed, seen(leaving))).toEqual(['left running: redis-server *:1'])
  })

  test('if its counts add up to the schedule', () => {
    const wrong = (load: ReturnType<typeof measured>): readonly string[] =>
      brokenInvariants(quietRow, seen({ runs: [runOf(load)], output: 'The SLO is met.' }))
    expect(wrong(measured({ planned: 299, started: 299, ok: 299 }))).toEqual([
      '299 planned of 300 due',
    ])
    expect(wrong(measured({ started: 299, ok: 299 }))).toEqual([
      'register: 300 planned, but 299 started + 0 dropped + 0 not started',
    ])
    expect(wrong(measured({ ok: 299 }))).toEqual([
      'register: 300 started, but 299 ok + 0 failed + 0 timed out + 0 unfinished',
    ])
    expect(wrong(measured({ started: 299, notStarted: 1, ok: 299 }))).toEqual([])
  })

  test('if an interrupted run plans the requests due by its end', () => {
    const interrupted = (planned: number): readonly string[] => {
      const load = measured({ planned, started: planned, ok: planned })
      const run = runOf({ ...load, isInterrupted: true, measuredMs: 2_000 })
      return brokenInvariants(quietRow, seen({ exitCode: 130, output: '', runs: [run] }))
    }
    expect(interrupted(100)).toEqual([])
    expect(interrupted(101)).toEqual([])
    expect(interrupted(80)).toEqual(['80 planned of 100 due in 2.0 s'])
  })

  test('if its output matches its file', () => {
    const printed = (output: string): readonly string[] =>
      brokenInvariants(quietRow, seen({ output }))
    expect(printed(failed)).toEqual(["exit 0, but the last lines don't say so"])
    expect(printed('  1,299 requests, success\nThe SLO is met.')).toEqual([
      'prints 1299 requests, and 300 are in the file',
    ])
    expect(printed('The SLO is met.\n    at f (file:///a.ts:1:2)\n')).toEqual([
      'a stack trace was printed',
    ])
  })

  test('if no time in it depends on the wall clock', () => {
    const backwards = { ...runOf(), finishedAt: '2026-01-02T02:04:12.000Z' }
    expect(brokenInvariants(quietRow, seen({ runs: [backwards] }))).toEqual([
      'finished at 2026-01-02T02:04:12.000Z, before it started at 2026-01-02T03:04:04.000Z',
    ])
  })
})
