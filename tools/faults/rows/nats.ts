import { MISSED, NOT_SET_UP, PASSED, type Expected } from '../expected.ts'
import type { Fault } from '../faults.ts'
import { loadOf } from '../loads.ts'
import { row, type Row } from '../row.ts'

const multicast = loadOf('multicast')
const mixed = loadOf('mixed')
const register = loadOf('register')

const killed: Fault = { kind: 'kill', victim: 'nats' }
const stopped = (forMs: number): Fault => ({ kind: 'stop', victim: 'nats', forMs })
const restarted: Fault = { kind: 'restart', server: 'nats', downMs: 500, keepsData: true }
const cut = (forMs: number): Fault => ({ kind: 'cut', server: 'nats', forMs })
const held = (forMs: number): Fault => ({ kind: 'hold', server: 'nats', forMs })

const UNDELIVERED: Expected = {
  ...MISSED,
  slo: { 'success rate': ['missed'], 'delivery rate': ['missed'] },
}
/** All messages of the schedule count as expected, even if their requests failed. */
const ALL_EXPECTED: Expected = { ...UNDELIVERED, deliveries: 'scheduled' }
const DELIVERED: Expected = { ...PASSED, deliveries: 'all' }
const NEVER_PASSED: Expected = { exit: [1, 2], runFile: 'any' }

/** NATS is killed, stopped, restarted, or cut off. */
export function natsRows(): readonly Row[] {
  return [
    row(multicast, killed, 'in the middle', ALL_EXPECTED),
    row(mixed, killed, 'in the middle', UNDELIVERED),
    row(register, killed, 'in the middle', { ...PASSED, because: 'it uses no NATS' }),
    row(loadOf('enumerate'), killed, 'in the middle', { ...PASSED, because: 'it uses no NATS' }),
    row(multicast, killed, 'before start', { ...NOT_SET_UP, says: /NATS at .* refused/ }),
    row(multicast, killed, 'before the first request', NEVER_PASSED),
    row(loadOf('multicast', { warmUpMs: 2_000 }), killed, 'in the warm-up', ALL_EXPECTED),
    row(multicast, killed, 'while draining', UNDELIVERED, { holdsBack: 'nats' }),
    row(loadOf('mixed', { servers: 'run' }), killed, 'in the middle', UNDELIVERED),
    ...[multicast, mixed].flatMap((load) => [
      row(load, stopped(500), 'in the middle', DELIVERED),
      row(load, stopped(2_000), 'in the middle', DELIVERED),
      row(load, stopped(30_000), 'in the middle', UNDELIVERED),
    ]),
    row(register, stopped(30_000), 'in the middle', { ...PASSED, because: 'it uses no NATS' }),
    row(multicast, stopped(30_000), 'before start', { ...NOT_SET_UP, says: /NATS at .* did not/ }),
    row(multicast, stopped(2_000), 'while draining', DELIVERED, { holdsBack: 'nats' }),
    row(multicast, stopped(30_000), 'while draining', UNDELIVERED, { holdsBack: 'nats' }),
    row(multicast, restarted, 'in the middle', { ...ALL_EXPECTED, recovers: true }),
    row(mixed, restarted, 'in the middle', { ...UNDELIVERED, recovers: true }),
    row(multicast, cut(500), 'in the middle', { ...ALL_EXPECTED, recovers: true }),
    row(mixed, cut(30_000), 'in the middle', UNDELIVERED),
    row(multicast, held(2_000), 'in the middle', DELIVERED),
    row(multicast, held(30_000), 'in the middle', UNDELIVERED),
  ]
}
