import type { Fault } from './fault.ts'
import type { FaultTarget } from './fault-targets.ts'

/** A fault of a target: injected wherever the target is. */
export function faultOn(
  { isOfShard = false }: FaultTarget,
  label: string,
  inject: Fault['inject'],
): Fault {
  return { label, inject, ...(isOfShard ? { isInEveryShard: true } : {}) }
}
