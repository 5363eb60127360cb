import { OPERATIONS, type OperationName } from '../../../src/gate/operations/operations.ts'
import { PROCESSES } from '../../../src/gate/pairs/judge-pairs.ts'
import type { Bound } from '../cases.ts'
import type { RealFault } from '../../../src/gate/testing/faulty-version.ts'

/** A case for pairs: an operation and its fault. */
export interface RealCase {
  readonly operation: OperationName
  readonly name: string
  readonly fault: RealFault
  readonly bound: Bound
  readonly processes: number
}

const ALARMS: Bound = { kind: 'false alarms', atMost: 0.005 }
const FOUND: Bound = { kind: 'power', atLeast: 0.95 }
const ALWAYS: Bound = { kind: 'power', atLeast: 1 }

/** CPU time deferred per call, in µs. */
const DEFERRED_US = 20

/** Each operation against itself. */
export function unchangedCases(processes: number): readonly RealCase[] {
  const unchanged = { name: 'A/A', fault: { kind: 'none' }, bound: ALARMS } as const
  return OPERATIONS.map((operation) => ({ ...unchanged, operation, processes }))
}

/**
 * Each operation with faults.
 * @param callMs the duration of a call per operation on this machine, for a fault of 5 % of it.
 * @param processes the number of processes per fault that varies little between processes.
 */
export function faultyCases(
  callMs: ReadonlyMap<OperationName, number>,
  processes: number,
): readonly RealCase[] {
  return OPERATIONS.flatMap((operation): readonly RealCase[] => {
    const us = 0.05 * (callMs.get(operation) ?? 0) * 1_000
    const faults: readonly (readonly [string, RealFault, Bound, number])[] = [
      ['+5 %', { kind: 'slower', us }, FOUND, processes],
      ['+1 round trip', { kind: 'round trip' }, ALWAYS, processes],
      [`${DEFERRED_US} µs deferred`, { kind: 'deferred', us: DEFERRED_US }, ALWAYS, processes],
      ['blocks for 6 ms', { kind: 'blocks' }, ALWAYS, PROCESSES.first],
      // The second failure confirms it.
      ['throws', { kind: 'throws' }, ALWAYS, 2],
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
