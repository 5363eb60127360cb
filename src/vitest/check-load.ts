import { checkLength } from '../load/arrivals/arguments.ts'
import {
  checkedLater,
  checkFields,
  checkObject,
  trueOrFalse,
  type Fields,
} from '../load/check-fields.ts'
import { checkGiven, COMMON_FIELDS, OPEN_FIELDS } from '../load/load-plan.ts'
import { checkFaults } from '../load/faults/fault.ts'
import { checkDuration } from '../load/duration.ts'
import { readSlo } from '../load/slo/slo.ts'
import { checkHasRate } from '../load/slo/check-bounds.ts'
import { checkNotOpen, USERS_FIELDS } from '../load/users/users-plan.ts'
import type { AnyLoad, Load, UsersLoad } from './load.ts'
import { checkProfiledDuration } from './profile.ts'

const SCENARIO_FIELDS = {
  ...COMMON_FIELDS,
  duration: checkProfiledDuration,
  warmUp: checkDuration,
  timeout: checkLength,
  gracePeriod: checkDuration,
  parameters: checkedLater,
  faults: checkFaults,
  allowFailures: trueOrFalse,
  allowUndelivered: trueOrFalse,
}

const LOAD: Fields<Load> = { ...SCENARIO_FIELDS, ...OPEN_FIELDS, users: checkedLater }

const USERS_LOAD: Fields<UsersLoad> = { ...SCENARIO_FIELDS, ...USERS_FIELDS }

/** Whether a load is closed (users) rather than open (arrivals). */
export function isOfUsers(load: AnyLoad): load is UsersLoad {
  return load.users !== undefined || 'session' in load
}

/**
 * Checks a scenario's load before using it. `generateLoad` and `generateUsers` check its operations, and
 * that its SLO names them.
 * @throws InputError
 */
export function checkLoad(load: AnyLoad): void {
  checkObject(load, 'load', Object.keys(LOAD))
  if (isOfUsers(load)) {
    checkNotOpen(load)
    checkFields(load, 'load', USERS_LOAD)
    checkGiven(load, ['users', 'session', 'duration'])
    if (load.slo !== undefined) checkHasRate(readSlo(load.slo), 'closed')
    return
  }
  checkFields(load, 'load', LOAD)
  checkGiven(load, ['operations', 'arrivals', 'duration'])
  if (load.slo !== undefined) readSlo(load.slo)
}
