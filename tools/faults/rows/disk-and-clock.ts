import { PASSED, type Expected } from '../expected.ts'
import type { Fault } from '../faults.ts'
import { loadOf } from '../loads.ts'
import { alsoShort, row, stagedRow, type Row } from '../row.ts'

const register = loadOf('register')
const mixed = loadOf('mixed')
const HOUR_MS = 3_600_000

/** The file has what the output lost. */
const UNSAID: Expected = { exit: [2], runFile: 'whole' }
/** An error says what could not be written, and the file's earlier content is complete. */
const UNSTORED: Expected = { exit: [2], runFile: 'readable', says: /no space|ENOSPC/i }
/** No measurement depends on the wall clock. */
const UNMOVED: Expected = PASSED

/** Writing fails, or the wall clock is stepped. */
export function diskAndClockRows(): readonly Row[] {
  return [diskRows(), clockRows()].flat()
}

function diskRows(): readonly Row[] {
  const full: Fault = { kind: 'fill disk' }
  const onSmallDisk = { results: 'small disk' } as const
  return [
    alsoShort(
      stagedRow(register, { output: '/dev/full' }, 'standard output full × before start', UNSAID),
    ),
    stagedRow(mixed, { output: '/dev/full' }, 'standard output full × before start', UNSAID),
    stagedRow(
      register,
      onSmallDisk,
      'results disk full × before start',
      { exit: [2], runFile: 'any', says: /no space|ENOSPC/i },
      [{ at: 'before start', fault: full }],
    ),
    stagedRow(register, onSmallDisk, 'results disk full × in the middle', UNSTORED, [
      { at: 2_400, fault: full },
    ]),
    stagedRow(mixed, onSmallDisk, 'results disk full × while draining', UNSTORED, [
      { at: mixed.durationMs - 400, fault: { kind: 'stop', victim: 'redis', forMs: 1_200 } },
      { at: mixed.durationMs, fault: full },
    ]),
    row(register, { kind: 'close output' }, 'in the middle', {
      exit: [0],
      runFile: 'whole',
      allOk: true,
      because: 'whoever was reading has gone, as `head` does',
    }),
  ]
}

function clockRows(): readonly Row[] {
  const stepped = (byMs: number): Fault => ({ kind: 'step clock', byMs })
  const multicast = loadOf('multicast')
  return [
    row(register, stepped(HOUR_MS), 'in the middle', UNMOVED),
    row(register, stepped(-HOUR_MS), 'in the middle', UNMOVED),
    alsoShort(row(mixed, stepped(-HOUR_MS), 'in the middle', { ...UNMOVED, deliveries: 'all' })),
    row(mixed, stepped(HOUR_MS), 'in the middle', { ...UNMOVED, deliveries: 'all' }),
    row(loadOf('register', { warmUpMs: 2_000 }), stepped(-HOUR_MS), 'in the warm-up', UNMOVED),
    row(mixed, stepped(HOUR_MS), 'while draining', { ...UNMOVED, deliveries: 'all' }),
    row(register, stepped(-HOUR_MS), 'before the first request', UNMOVED),
    ...[180_000, -180_000].map((clockAheadMs) =>
      stagedRow(
        multicast,
        { clockAheadMs },
        `clock ${clockAheadMs / 1_000} s ahead × before start`,
        { ...UNMOVED, deliveries: 'all', ttlAboveMs: 200_000 },
      ),
    ),
  ]
}
