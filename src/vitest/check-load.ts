import { checkLength } from '../load/arrivals/arguments.ts'
import { checkedLater, checkFields, trueOrFalse, type Fields } from '../load/check-fields.ts'
import { checkGiven, COMMON_FIELDS } from '../load/check-plan.ts'
import { checkDuration } from '../load/duration.ts'
import { readSlo } from '../load/slo/slo.ts'
import type { Load } from './load-test.ts'
import { checkProfiledDuration } from './profile.ts'

const LOAD: Fields<Load> = {
  ...COMMON_FIELDS,
  duration: checkProfiledDuration,
  warmUp: checkDuration,
  timeout: checkLength,
  gracePeriod: checkDuration,
  parameters: checkedLater,
  allowFailures: trueOrFalse,
  allowUndelivered: trueOrFalse,
}

/**
 * Checks a load as a scenario writes it, before anything of it is used; `generateLoad` checks its
 * operations, and that its SLO is about them.
 * @throws InputError
 */
export function checkLoad(load: Load): void {
  checkFields(load, 'load', LOAD)
  checkGiven(load, ['operations', 'arrivals', 'duration'])
  if (load.slo !== undefined) readSlo(load.slo)
}
