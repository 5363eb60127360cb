import { NOT_MISSED, PASSED, WORKER_LOST, type Expected } from '../expected.ts'
import type { Fault } from '../faults.ts'
import { loadOf } from '../loads.ts'
import { alsoShort, row, type Moment, type Row } from '../row.ts'

const register = loadOf('register')
const mixed = loadOf('mixed')
const warm = loadOf('register', { warmUpMs: 2_000 })
const withServers = loadOf('mixed', { servers: 'run' })
const scenario = loadOf('register', { as: 'scenario', ratePerSecond: 200, warmUpMs: 2_000 })

type Part = 'worker' | 'main' | 'npm'
const killed = (victim: Part): Fault => ({ kind: 'kill', victim })
const stopped = (victim: Part, forMs: number): Fault => ({ kind: 'stop', victim, forMs })

/** Within a second, on a machine with other work. */
const AT_ONCE_MS = 3_000

/** The run had begun, but nothing was measured yet. */
const BROKEN_EARLY: Expected = { exit: [2], runFile: 'readable' }
/** The process that writes the files is gone: written files are complete, and no process remains. */
const ALL_GONE: Expected = { exit: [137], runFile: 'readable', endsWithinMs: AT_ONCE_MS }
/** Nobody waits for the run any more: it stops sending and ends. */
const ABANDONED: Expected = { exit: [137], runFile: 'readable' }
const onTime = (exitCode: number): Expected => ({
  exit: [exitCode],
  runFile: 'interrupted',
  endsWithinMs: AT_ONCE_MS,
})
const ended = (exitCode: number): Expected => ({ ...onTime(exitCode), nothingMissed: true })
/** Nothing was measured yet. */
const endedEarly = (exitCode: number): Expected => ({
  exit: [exitCode],
  runFile: 'any',
  endsWithinMs: AT_ONCE_MS,
})

/** The command's own processes are killed, stopped, or terminated. */
export function generatorRows(): readonly Row[] {
  return [workerRows(), mainRows(), npmRows(), signalRows()].flat()
}

function workerRows(): readonly Row[] {
  return [
    alsoShort(row(register, killed('worker'), 'in the middle', WORKER_LOST)),
    row(loadOf('multicast'), killed('worker'), 'in the middle', WORKER_LOST),
    row(withServers, killed('worker'), 'in the middle', WORKER_LOST),
    row(scenario, killed('worker'), 'in the middle', WORKER_LOST),
    row(register, killed('worker'), 'before the first request', BROKEN_EARLY),
    row(warm, killed('worker'), 'in the warm-up', BROKEN_EARLY),
    row(mixed, killed('worker'), 'while draining', WORKER_LOST),
    ...[register, mixed].flatMap((load) => [
      row(load, stopped('worker', 500), 'in the middle', NOT_MISSED),
      row(load, stopped('worker', 2_000), 'in the middle', NOT_MISSED),
      row(load, stopped('worker', 30_000), 'in the middle', NOT_MISSED),
    ]),
    alsoShort(
      row(loadOf('register', { slos: ['p95<250ms'] }), stopped('worker', 2_000), 'in the middle', {
        ...NOT_MISSED,
        exit: [3],
        slo: { 'response P95': ['inconclusive'] },
      }),
    ),
    row(warm, stopped('worker', 2_000), 'in the warm-up', NOT_MISSED),
    row(register, stopped('worker', 2_000), 'before the first request', NOT_MISSED),
    row(mixed, stopped('worker', 2_000), 'while draining', NOT_MISSED),
    row(mixed, stopped('worker', 30_000), 'while draining', NOT_MISSED),
  ]
}

function mainRows(): readonly Row[] {
  return [
    ...(['before the first request', 'in the middle', 'while draining'] as const).map((moment) =>
      row(mixed, killed('main'), moment, ALL_GONE),
    ),
    row(warm, killed('main'), 'in the warm-up', ALL_GONE),
    alsoShort(row(withServers, killed('main'), 'in the middle', ALL_GONE)),
    row(register, stopped('main', 500), 'in the middle', PASSED),
    row(mixed, stopped('main', 2_000), 'in the middle', PASSED),
    row(mixed, stopped('main', 30_000), 'in the middle', PASSED),
    row(mixed, stopped('main', 2_000), 'while draining', PASSED),
    row(register, stopped('main', 2_000), 'before the first request', PASSED),
  ]
}

function npmRows(): readonly Row[] {
  // Longer than the time allowed for processes to end.
  const durationMs = 20_000
  const long = loadOf('register', { durationMs })
  return [
    row(loadOf('mixed', { servers: 'run', durationMs }), killed('npm'), 'in the middle', ABANDONED),
    row(long, killed('npm'), 'in the middle', ABANDONED),
    row(mixed, stopped('npm', 2_000), 'in the middle', PASSED),
    row(register, stopped('npm', 30_000), 'in the middle', PASSED),
  ]
}

function signalRows(): readonly Row[] {
  const sigterm = (to: 'npm' | 'main' | 'terminal'): Fault => ({
    kind: 'signal',
    to,
    signal: 'SIGTERM',
  })
  const sigint = (to: 'main' | 'terminal'): Fault => ({ kind: 'signal', to, signal: 'SIGINT' })
  const early: readonly (readonly [typeof register, Moment])[] = [
    [register, 'before the first request'],
    [warm, 'in the warm-up'],
  ]
  return [
    alsoShort(row(withServers, sigterm('npm'), 'in the middle', ended(143))),
    row(mixed, sigterm('npm'), 'in the middle', ended(143)),
    // A busy machine may miss the scenario's own bounds.
    row(scenario, sigterm('npm'), 'in the middle', onTime(143)),
    row(mixed, sigterm('npm'), 'while draining', ended(143)),
    ...early.map(([load, moment]) => row(load, sigterm('npm'), moment, endedEarly(143))),
    row(mixed, sigterm('main'), 'in the middle', ended(143)),
    row(mixed, sigterm('terminal'), 'in the middle', ended(143)),
    row(mixed, sigint('main'), 'in the middle', ended(130)),
    alsoShort(row(withServers, sigint('terminal'), 'in the middle', ended(130))),
    row(mixed, sigint('terminal'), 'while draining', ended(130)),
    ...early.map(([load, moment]) => row(load, sigint('terminal'), moment, endedEarly(130))),
  ]
}
