import { MISSED, NOT_SET_UP, PASSED, type Expected } from '../expected.ts'
import type { Fault } from '../faults.ts'
import { loadOf } from '../loads.ts'
import { alsoShort, row, type Row } from '../row.ts'

const WORKLOADS = ['register', 'enumerate', 'multicast', 'mixed'] as const
const register = loadOf('register')
const mixed = loadOf('mixed')
const warm = loadOf('register', { warmUpMs: 2_000 })

const killed: Fault = { kind: 'kill', victim: 'redis' }
const stopped = (forMs: number): Fault => ({ kind: 'stop', victim: 'redis', forMs })
const restarted = (keepsData: boolean): Fault => ({
  kind: 'restart',
  server: 'redis',
  downMs: 300,
  keepsData,
})
const cut = (forMs: number): Fault => ({ kind: 'cut', server: 'redis', forMs })
const held = (forMs: number): Fault => ({ kind: 'hold', server: 'redis', forMs })

const RECOVERED: Expected = { ...MISSED, recovers: true }
const EMPTY: Expected = {
  ...MISSED,
  because: 'a list or multicast that must have targets and has none is a failure',
}
/** Either set-up or the load fails. */
const NEVER_PASSED: Expected = { exit: [1, 2], runFile: 'any' }

/** Redis is killed, stopped, restarted, cut off, answers wrongly, or loses what it held. */
export function redisRows(): readonly Row[] {
  return [killedRows(), stoppedRows(), restartedRows(), networkRows(), answerRows()].flat()
}

function killedRows(): readonly Row[] {
  return [
    ...WORKLOADS.map((workload) => row(loadOf(workload), killed, 'in the middle', MISSED)),
    row(register, killed, 'before start', { ...NOT_SET_UP, says: /Redis at .* refused/ }),
    row(register, killed, 'before the first request', NEVER_PASSED),
    row(mixed, killed, 'before the first request', NEVER_PASSED),
    row(warm, killed, 'in the warm-up', MISSED),
    row(loadOf('multicast', { warmUpMs: 2_000 }), killed, 'in the warm-up', MISSED),
    row(register, killed, 'while draining', MISSED),
    row(mixed, killed, 'while draining', MISSED),
    row(loadOf('mixed', { servers: 'run' }), killed, 'in the middle', MISSED),
    row(
      loadOf('register', { as: 'scenario', ratePerSecond: 200, warmUpMs: 2_000 }),
      killed,
      'in the middle',
      MISSED,
    ),
  ]
}

function stoppedRows(): readonly Row[] {
  return [
    ...WORKLOADS.flatMap((workload) => [
      row(loadOf(workload), stopped(500), 'in the middle', PASSED),
      row(loadOf(workload), stopped(2_000), 'in the middle', PASSED),
      row(loadOf(workload), stopped(30_000), 'in the middle', MISSED),
    ]),
    alsoShort(
      row(loadOf('register', { slos: ['p95<250ms'] }), stopped(2_000), 'in the middle', {
        ...PASSED,
        exit: [1],
        slo: { 'response P95': ['missed'], 'success rate': ['met'] },
      }),
    ),
    row(loadOf('register', { slos: ['p50<250ms'] }), stopped(500), 'in the middle', {
      ...PASSED,
      slo: { 'response P50': ['met'] },
    }),
    row(register, stopped(500), 'before the first request', PASSED),
    row(warm, stopped(500), 'in the warm-up', PASSED),
    row(register, stopped(500), 'while draining', PASSED),
    row(mixed, stopped(2_000), 'while draining', PASSED),
    row(register, stopped(30_000), 'before start', {
      ...NOT_SET_UP,
      says: /Redis at .* did not answer/,
    }),
    row(register, stopped(30_000), 'before the first request', NEVER_PASSED),
    row(warm, stopped(30_000), 'in the warm-up', MISSED),
    row(mixed, stopped(30_000), 'while draining', MISSED),
  ]
}

function restartedRows(): readonly Row[] {
  return [
    ...WORKLOADS.map((workload) =>
      row(loadOf(workload), restarted(true), 'in the middle', RECOVERED),
    ),
    row(register, restarted(false), 'in the middle', RECOVERED),
    row(loadOf('enumerate'), restarted(false), 'in the middle', EMPTY),
    row(loadOf('multicast'), restarted(false), 'in the middle', EMPTY),
    row(mixed, restarted(false), 'in the middle', MISSED),
    row(register, restarted(true), 'while draining', MISSED),
    row(loadOf('register', { warmUpMs: 4_000 }), restarted(true), 'in the warm-up', {
      ...PASSED,
      because: 'it was over before the measurement began',
    }),
    row(loadOf('enumerate'), { kind: 'lose data' }, 'in the middle', EMPTY),
    row(loadOf('multicast'), { kind: 'lose data' }, 'in the middle', EMPTY),
    row(register, { kind: 'lose data' }, 'in the middle', PASSED),
  ]
}

function networkRows(): readonly Row[] {
  return [
    ...WORKLOADS.map((workload) => row(loadOf(workload), cut(500), 'in the middle', RECOVERED)),
    row(mixed, cut(30_000), 'in the middle', MISSED),
    row(warm, cut(30_000), 'in the warm-up', MISSED),
    row(register, cut(30_000), 'before the first request', NEVER_PASSED),
    row(register, cut(500), 'while draining', MISSED),
    row(register, held(2_000), 'in the middle', PASSED),
    row(mixed, held(2_000), 'in the middle', PASSED),
    row(mixed, held(30_000), 'in the middle', MISSED),
  ]
}

function answerRows(): readonly Row[] {
  const answer = (error: 'LOADING' | 'READONLY' | 'OOM'): Fault => ({
    kind: 'answer',
    error,
    forMs: 1_000,
  })
  const readsGoOn: Expected = { ...PASSED, because: 'reads are answered as ever' }
  return [
    ...(['LOADING', 'READONLY', 'OOM'] as const).map((error) =>
      row(register, answer(error), 'in the middle', RECOVERED),
    ),
    row(loadOf('enumerate'), answer('LOADING'), 'in the middle', RECOVERED),
    row(loadOf('enumerate'), answer('READONLY'), 'in the middle', readsGoOn),
    row(loadOf('enumerate'), answer('OOM'), 'in the middle', readsGoOn),
    row(loadOf('multicast'), answer('LOADING'), 'in the middle', RECOVERED),
    row(loadOf('multicast'), answer('OOM'), 'in the middle', readsGoOn),
    row(mixed, answer('LOADING'), 'in the middle', RECOVERED),
    row(mixed, answer('READONLY'), 'in the middle', RECOVERED),
    alsoShort(row(mixed, answer('OOM'), 'in the middle', RECOVERED)),
  ]
}
