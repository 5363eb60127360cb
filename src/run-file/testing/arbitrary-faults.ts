import * as fc from 'fast-check'
import type { FaultRecord } from '../../load/faults/fault-record.ts'
import type { Losses } from '../../load/recording/losses.ts'
import { arbitraryText, count } from './arbitrary-values.ts'

/** Random longest stretches without a success. */
export const arbitraryUnavailability = {
  unavailableMs: fc.option(fc.nat(1_000)),
  unavailableAtLeastMs: fc.option(fc.nat(1_000)),
}

/** Random faults and losses, for property tests. They contradict themselves nowhere. */

/** Faults of a load, in order of time. */
export function arbitraryFaults(measuredMs: number): fc.Arbitrary<readonly FaultRecord[]> {
  return fc
    .array(arbitraryFault(measuredMs), { maxLength: 4 })
    .map((faults) => faults.toSorted((a, b) => a.plannedAtMs - b.plannedAtMs))
}

function arbitraryFault(measuredMs: number): fc.Arbitrary<FaultRecord> {
  const planned = {
    label: arbitraryText,
    what: fc.option(arbitraryText),
    plannedAtMs: fc.double({ min: 0, max: measuredMs, noNaN: true }).map(Math.abs),
  }
  return fc.oneof(
    fc
      .record({ ...planned, lateMs: fc.nat(500), lengthMs: fc.nat(5_000) })
      .map(({ lateMs, lengthMs, ...fault }): FaultRecord => {
        const fromMs = fault.plannedAtMs + lateMs
        return { state: 'injected', ...fault, fromMs, toMs: fromMs + lengthMs }
      }),
    fc
      .record({ ...planned, lateMs: fc.nat(500), reason: arbitraryText })
      .map(({ lateMs, reason, ...fault }): FaultRecord => {
        return { state: 'failed', ...fault, fromMs: fault.plannedAtMs + lateMs, reason }
      }),
    fc.record({ ...planned, state: fc.constantFrom('elsewhere', 'not reached') }),
  )
}

export const arbitraryLosses: fc.Arbitrary<Losses> = fc.oneof(
  fc
    .record({
      kind: fc.constant('known'),
      of: fc.constantFrom('registrations', 'messages'),
      lost: count,
      kept: count,
      duplicates: fc.option(count),
      names: fc.array(arbitraryText, { maxLength: 10 }),
    })
    .map(({ kept, names, ...losses }) => ({
      ...losses,
      promised: losses.lost + kept,
      examples: names.slice(0, losses.lost),
    })),
  fc.record({ kind: fc.constant('unknown'), reason: arbitraryText }),
)
