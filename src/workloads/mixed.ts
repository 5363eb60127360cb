import { InputError } from '../input-error.ts'
import type { Operation, Operations } from '../load/workload.ts'

/** Percentages of the operations of a mixed load; they sum to 100. */
export interface Mix {
  readonly register: number
  readonly enumerate: number
  readonly multicast: number
}

/** The default mix of `prism-loadtest mixed`. */
export const DEFAULT_MIX: Mix = { register: 50, enumerate: 30, multicast: 20 }

/**
 * Draws each request's operation by the percentages of the mix. Operations at 0 % are left out.
 * @throws InputError unless every percentage is from 0 to 100 and they sum to 100.
 */
export function mixed(
  operations: Record<keyof Mix, Operation>,
  mix: Mix = DEFAULT_MIX,
): Operations {
  const percentages = Object.entries(mix)
  const sum = percentages.reduce((total, [, percent]) => total + percent, 0)
  if (sum !== 100 || percentages.some(([, percent]) => !(percent >= 0 && percent <= 100))) {
    const given = percentages.map(([name, percent]) => `${name} ${percent}`).join(', ')
    throw new InputError(`mix: ${given} must each be from 0 to 100 and sum to 100, not ${sum}.`)
  }
  const { register, enumerate, multicast } = operations
  const weighted = {
    register: { ...register, weight: mix.register },
    enumerate: { ...enumerate, weight: mix.enumerate },
    multicast: { ...multicast, weight: mix.multicast },
  }
  return Object.fromEntries(Object.entries(weighted).filter(([, { weight }]) => weight > 0))
}
