import { OPERATIONS, type OperationName } from '../../operations/operations.ts'
import type { Bound } from '../cases.ts'
import type { RealFault } from './faulty-version.ts'

/** A version that pairs are tried on. */
export interface RealCase {
  readonly operation: OperationName
  readonly name: string
  readonly fault: RealFault
  readonly bound: Bound
  /** How many processes, for each one of a fault. */
  readonly processes: number
}

const ALARMS: Bound = { kind: 'false alarms', atMost: 0.005 }
const FOUND: Bound = { kind: 'power', atLeast: 0.95 }
const ALWAYS: Bound = { kind: 'power', atLeast: 1 }

/** CPU time put off per call, in µs. */
const DEFERRED_US = 20

/**
 * Each operation with itself, and with faults.
 * @param callMs how long a call of each takes on this machine, for a fault of 5 % of it.
 * @param processes of A/A; faults get `faulty`.
 */
export function realCases(
  callMs: Readonly<Record<OperationName, number>>,
  { processes, faulty }: { readonly processes: number; readonly faulty: number },
): readonly RealCase[] {
  return OPERATIONS.flatMap((operation): readonly RealCase[] => {
    const us = 0.05 * callMs[operation] * 1_000
    const faults: readonly (readonly [string, RealFault, Bound, number])[] = [
      ['A/A', { kind: 'none' }, ALARMS, processes],
      ['+5 %', { kind: 'slower', us }, FOUND, faulty],
      ['+1 round trip', { kind: 'round trip' }, ALWAYS, faulty],
      [`${DEFERRED_US} µs deferred`, { kind: 'deferred', us: DEFERRED_US }, ALWAYS, faulty],
      ['blocks for 6 ms', { kind: 'blocks' }, ALWAYS, 5],
      ['throws', { kind: 'throws' }, ALWAYS, 1],
    ]
    return faults.map(([name, fault, bound, count]) => ({
      operation,
      name,
      fault,
      bound,
      processes: count,
    }))
  })
}
