import { checkFields, checkObject, functionOf, checkedLater, type Fields } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'
import type { NoMetrics } from '../metrics/declare-metrics.ts'
import type { NoTags } from '../notes/tags.ts'
import type { LoadRequest, Operation } from '../workload.ts'

/** One step of a session as it is called: a request that knows its user. */
export interface StepRequest<
  State,
  Row = unknown,
  Tags = NoTags,
  Declared = NoMetrics,
> extends LoadRequest<Row, Tags, Declared> {
  /** 0, 1, 2 …, the same whichever shard of the load the user is in. */
  readonly user: number
  /** The number of the user's iteration: 0, 1, 2 … */
  readonly iteration: number
  /** The state returned by `setUp`: the same object in every step of the user, which may change it. */
  readonly state: State
}

/** Does one step. Resolving is success; rejecting is a failure, which ends the iteration. */
export type RunStep<State, Row = unknown, Tags = NoTags, Declared = NoMetrics> = (
  request: StepRequest<State, Row, Tags, Declared>,
) => Promise<unknown>

/** A step: a function, or an operation of a workload. Steps have an order, so a weight is refused. */
export type Step<State, Row = unknown, Tags = NoTags, Declared = NoMetrics> =
  | RunStep<State, Row, Tags, Declared>
  | ReadStep<State, Row, Tags, Declared>

/** The argument of `setUp`. */
export interface UserSetUp {
  readonly user: number
  /** Fires when the load no longer waits for it. */
  readonly signal: AbortSignal
}

/** The argument of `tearDown`. */
export interface UserTearDown<State> extends UserSetUp {
  readonly state: State
}

/** The behaviour of each user of a closed load. `setUp` returns the user's state. */
export interface Session<State, Row = unknown, Tags = NoTags, Declared = NoMetrics> {
  /**
   * Makes a user's state before the load begins; not measured. A user whose set-up fails takes no part,
   * which the report says and the verdict counts. Without it, the state is `undefined`.
   */
  readonly setUp?: (user: UserSetUp) => State | Promise<State>
  /** The steps, repeated in this order, each after a think time. Each is measured under its name. */
  readonly steps: Readonly<Record<string, Step<State, Row, Tags, Declared>>>
  /**
   * Ends a user for whom `setUp` succeeded, once the load has ended, however it did; not measured. All
   * of them together have 30 s.
   */
  readonly tearDown?: (user: UserTearDown<State>) => unknown
}

/** A session that was read. */
export interface ReadSession<State> {
  readonly setUp: (user: UserSetUp) => State | Promise<State>
  readonly tearDown: ((user: UserTearDown<State>) => unknown) | null
  /** By name, in order. */
  readonly steps: ReadonlyMap<string, ReadStep<State>>
}

export interface ReadStep<State, Row = unknown, Tags = NoTags, Declared = NoMetrics> extends Pick<
  Operation,
  'deliveries' | 'receiptsSoFar'
> {
  readonly run: RunStep<State, Row, Tags, Declared>
}

const SESSION: Fields<Session<unknown>> = {
  setUp: functionOf("that returns a user's state"),
  steps: checkedLater,
  tearDown: functionOf('that ends a user'),
}

const STEP: Fields<ReadStep<unknown> & { readonly weight?: number }> = {
  run: functionOf('that does the step'),
  deliveries: functionOf('that returns its deliveries'),
  receiptsSoFar: functionOf('that returns its receipts so far'),
  weight: (_, where) => {
    throw new InputError(
      `${where} doesn't apply: steps are done in their order. Leave it out, or write a step twice.`,
    )
  },
}

/**
 * Reads a session.
 * @throws InputError for unknown keys, without steps, and for a step that is neither a function nor an
 *   object with `run`, or has a weight.
 */
export function readSession<State>(session: Session<State>): ReadSession<State> {
  checkFields(session, 'session', SESSION)
  // Without a set-up, the state is undefined.
  const { setUp = () => undefined as State, steps, tearDown = null } = session
  checkObject(steps, 'session: steps', ["a user's steps by name"])
  const read = Object.entries(steps).map(([name, step]) => [name, readStep(name, step)] as const)
  if (read.length === 0) throw new InputError('session: steps: a session needs at least one step.')
  return { setUp, tearDown, steps: new Map(read) }
}

function readStep<State>(name: string, step: Step<State>): ReadStep<State> {
  if (typeof step === 'function') return { run: step }
  const where = `step "${name}"`
  checkFields(step, where, STEP)
  functionOf('that does the step')(step.run, `${where}: run`)
  return step
}
