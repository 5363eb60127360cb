import { written } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'
import type { FaultTarget } from './fault-targets.ts'

/** All methods by which faults act on targets. */
const ABILITIES = [
  'kill',
  'restart',
  'pause',
  'resume',
  'failover',
  'drain',
  'cut',
  'slow',
  'mend',
  'partition',
  'rejoin',
  'fillDisk',
  'freeDisk',
]

/**
 * Checks that a target has the methods that a fault needs: scenarios in JavaScript have no types.
 * @throws InputError that names those that the target has.
 */
export function requireAbility(
  fault: string,
  target: FaultTarget,
  methods: readonly string[],
): void {
  if (!isObject(target)) {
    throw new InputError(
      `${fault}: ${written(target)} is not a target. Write ${fault}(nats.node(2)), or give an object with a label and ${named(methods)}.`,
    )
  }
  const { label } = target
  if (typeof label !== 'string' || label.trim() === '') {
    throw new InputError(
      `${fault}: the target's label: ${written(label)} must be a text, such as 'NATS node 2'.`,
    )
  }
  const has = (method: string): boolean => typeof Reflect.get(target, method) === 'function'
  if (methods.every(has)) return
  const own = ABILITIES.filter(has)
  const offers = own.length === 0 ? 'none of these methods' : named(own)
  throw new InputError(`${fault} needs a target with ${named(methods)}; ${label} has ${offers}.`)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function named(methods: readonly string[]): string {
  return methods.map((method) => `${method}()`).join(' and ')
}
