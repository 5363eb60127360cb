import type { Session } from './session.ts'
import { type Users, checkUsers } from './users.ts'
import type { MeasuredPlan } from '../measure.ts'
import type { NoMetrics } from '../metrics/declare-metrics.ts'
import type { NoTags } from '../notes/tags.ts'
import { checkedLater, checkFields, type Fields } from '../check-fields.ts'
import { checkGiven, MEASURED_FIELDS } from '../load-plan.ts'
import { InputError } from '../../input-error.ts'

/** A closed load: users instead of arrivals. */
export interface UsersPlan<
  State,
  Row = unknown,
  Tags = NoTags,
  Declared = NoMetrics,
> extends MeasuredPlan<Row, Tags, Declared> {
  readonly users: Users
  readonly session: Session<State, NoInfer<Row>, NoInfer<Tags>, NoInfer<Declared>>
}

/** The checks of fields that only a load of users has. */
export const USERS_FIELDS = { users: checkUsers, session: checkedLater }

const PLAN: Fields<UsersPlan<unknown>> = { ...MEASURED_FIELDS, ...USERS_FIELDS }

/** Fields of an open load, and why users have none of them. */
const OF_OPEN_LOADS: Readonly<Record<string, string>> = {
  arrivals: 'users start requests when they have thought, at no rate of their own',
  operations: 'what users do is in session: { steps: { … } }',
  maxInFlight: 'each user has one request in flight at most',
  whenFull: 'each user has one request in flight at most',
}

/**
 * Checks that a load of users has no field that only makes sense with a schedule.
 * @throws InputError that says why the field doesn't apply.
 */
export function checkNotOpen(load: object): void {
  for (const [field, why] of Object.entries(OF_OPEN_LOADS)) {
    if (!(field in load) || load[field as keyof typeof load] === undefined) continue
    throw new InputError(`load: ${field} doesn't apply to a load of users: ${why}. Leave it out.`)
  }
}

/**
 * Checks the plan of a load of users before anything starts. Session, SLO and verdict are checked where
 * they are read.
 * @throws InputError
 */
export function checkUsersPlan<State>(plan: UsersPlan<State>): void {
  checkNotOpen(plan)
  checkFields(plan, 'load', PLAN)
  checkGiven(plan, ['users', 'session', 'durationMs'])
}
