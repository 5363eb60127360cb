import { NOT_MISSED, RECEIVERS_LOST, type Expected } from '../expected.ts'
import type { Fault } from '../faults.ts'
import { loadOf } from '../loads.ts'
import { alsoShort, row, type Row } from '../row.ts'

const multicast = loadOf('multicast')
const mixed = loadOf('mixed')

const killed: Fault = { kind: 'kill', victim: 'subscriber' }
const stopped = (forMs: number): Fault => ({ kind: 'stop', victim: 'subscriber', forMs })

/** All messages arrived eventually: bounds on counts hold; late receipts are the receivers' fault. */
const LATE: Expected = { ...NOT_MISSED, deliveries: 'all' }

/** The process of the load's own receivers, a part of the generator, is killed or stopped. */
export function subscriberRows(): readonly Row[] {
  return [
    row(multicast, killed, 'in the middle', RECEIVERS_LOST),
    alsoShort(row(mixed, killed, 'in the middle', RECEIVERS_LOST)),
    row(loadOf('multicast', { warmUpMs: 2_000 }), killed, 'in the warm-up', RECEIVERS_LOST),
    row(mixed, killed, 'before the first request', { exit: [2, 3], runFile: 'any' }),
    row(mixed, killed, 'while draining', RECEIVERS_LOST),
    ...[multicast, mixed].flatMap((load) => [
      row(load, stopped(500), 'in the middle', LATE),
      row(load, stopped(2_000), 'in the middle', LATE),
      row(load, stopped(30_000), 'in the middle', RECEIVERS_LOST),
    ]),
    row(loadOf('mixed', { slos: ['completion.p95<250ms'] }), stopped(2_000), 'in the middle', {
      ...LATE,
      exit: [3],
      slo: { 'completion P95': ['inconclusive'] },
    }),
    row(loadOf('mixed', { slos: ['delivery>99%'] }), killed, 'in the middle', RECEIVERS_LOST),
    row(mixed, stopped(30_000), 'before the first request', {
      exit: [0, 2, 3],
      runFile: 'any',
      because: 'set-up may wait for it, or give up',
    }),
    row(mixed, stopped(30_000), 'while draining', RECEIVERS_LOST),
  ]
}
