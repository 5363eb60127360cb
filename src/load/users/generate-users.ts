import { type UsersPlan, checkUsersPlan } from './users-plan.ts'
import { countIn, numbersIn, WHOLE, type Shard } from '../arrivals/shard.ts'
import { InputError } from '../../input-error.ts'
import type { IterationFigures, PhaseFigures } from '../load-model.ts'
import { measure, readMeasurement, type Measurement } from '../measure.ts'
import type { MetricDeclarations, NoMetrics } from '../metrics/declare-metrics.ts'
import type { NotesPlan } from '../notes/load-notes.ts'
import type { NoTags, TagDeclarations } from '../notes/tags.ts'
import type { LoadResult } from '../result.ts'
import { checkHasRate } from '../slo/check-bounds.ts'
import { runPhase } from './phase.ts'
import { readSession, type ReadSession } from './session.ts'
import { UserRequests, type ReadyUser } from './user-requests.ts'
import { labelOf, mostOf, presenceMs, type Users } from './users.ts'

/** No user could be set up, so there is no load to measure. */
export class SetUpError extends Error {
  override readonly name = 'SetUpError'
}

/** The time for all tear-downs together, in ms. An interrupted run may take 120 s in all. */
const TEAR_DOWN_WITHIN_MS = 30_000

/**
 * Makes the load of a population of users, each of whom waits for an answer and thinks before the next
 * step, and measures each step from its start. A stalling system gets fewer requests, and the missing ones
 * are in no percentile. To measure a rate of requests, use `generateLoad`.
 *
 * @throws InputError for a plan that can't be carried out; SetUpError if not one user could be set up;
 *   ConservationError if a request got lost.
 */
export async function generateUsers<
  State = undefined,
  Row = undefined,
  const Tags extends TagDeclarations = NoTags,
  Declared extends MetricDeclarations = NoMetrics,
>(plan: UsersPlan<State, Row, Tags, Declared>): Promise<LoadResult>
// All parts come from one plan, so its steps fit its state and requests.
export async function generateUsers(plan: UsersPlan<unknown> & NotesPlan): Promise<LoadResult> {
  checkUsersPlan(plan)
  checkFeed(plan.data)
  const { users: population, shard = WHOLE } = plan
  const numbers = numbersOf(shard, population)
  const session = readSession(plan.session)
  // Nobody is kept from a step by others, only by an own step that has not ended.
  const room = { maxInFlight: Infinity, whenFull: 'drop' } as const
  const measurement = readMeasurement(plan, session.steps, room)
  checkHasRate(measurement.bounds, 'closed')

  const ready: ReadyUser<unknown>[] = []
  const setUp = await setUpAll(numbers, session, measurement, ready)
  const load = measureUsers(plan, measurement, session, [...ready], setUp)
  const [measured] = await Promise.allSettled([load])
  const tearDown = await tearDownAll(ready, session, measurement)
  if (measured.status === 'rejected') throw measured.reason
  const { iterations, userTimeMs, ...result } = measured.value
  const { thinkTime } = population
  return {
    ...result,
    model: {
      kind: 'closed',
      users: numbers.length,
      thinkTime: { label: thinkTime.label, meanMs: thinkTime.meanMs },
      userTimeMs,
      iterations,
      setUp,
      tearDown,
    },
    arrivals: labelOf(population),
    limits: { ...result.limits, maxInFlight: numbers.length },
  }
}

/** @throws InputError for a feed that may run out. */
function checkFeed(data: UsersPlan<unknown>['data']): void {
  if (data?.mode !== 'unique') return
  throw new InputError(
    "load: data: a unique feed may run out, because the number of requests that users send is not known beforehand. Choose sequential or shuffled, or create unique data in setUp from the user's number.",
  )
}

/** The users of a shard. */
function numbersOf(shard: Shard, population: Users): readonly number[] {
  const most = mostOf(population)
  if (countIn(shard, most) > 0) return numbersIn(shard, most)
  throw new InputError(
    `users: ${most} users can't be divided among ${shard.of} generators. Use fewer generators.`,
  )
}

function setUpAll<State>(
  numbers: readonly number[],
  { setUp }: ReadSession<State>,
  { limits: { timeoutMs }, plan }: Measurement,
  ready: ReadyUser<State>[],
): Promise<PhaseFigures> {
  return runPhase({
    users: numbers,
    run: (user, signal) => setUp({ user, signal }),
    timeoutMs,
    signal: plan.signal,
    onDone: (user, state) => void ready.push({ user, state }),
  })
}

/** Includes users whose set-up ended after its time-out, even if the load was interrupted. */
async function tearDownAll<State>(
  ready: readonly ReadyUser<State>[],
  { tearDown }: ReadSession<State>,
  { limits: { timeoutMs } }: Measurement,
): Promise<PhaseFigures> {
  return runPhase({
    users: tearDown === null ? [] : ready,
    run: ({ user, state }, signal) => tearDown?.({ user, state, signal }),
    timeoutMs,
    withinMs: TEAR_DOWN_WITHIN_MS,
    onDone: () => {},
  })
}

/** @throws SetUpError if no user could be set up, unless the load was interrupted. */
async function measureUsers<State>(
  { users: population, shard = WHOLE, signal }: UsersPlan<State>,
  measurement: Measurement,
  { steps }: ReadSession<State>,
  ready: readonly ReadyUser<State>[],
  setUp: PhaseFigures,
): Promise<
  Omit<LoadResult, 'model' | 'arrivals'> & {
    readonly iterations: IterationFigures
    readonly userTimeMs: number
  }
> {
  if (ready.length === 0 && signal?.aborted !== true) throw new SetUpError(whyNobody(setUp))
  const { seed, warmUpMs, durationMs } = measurement
  const lengths = { warmUpMs, durationMs }
  const { promise, resolve } = Promise.withResolvers<UserRequests<State>>()
  const result = await measure(measurement, (startMs) => {
    const plan = { population, ready, steps, seed, shard, startMs, ...lengths }
    const requests = new UserRequests(plan)
    resolve(requests)
    return requests
  })
  const { iterations } = await promise
  const presences = ready.map(({ user }) => presenceMs(population, user, result.measuredMs))
  return { ...result, iterations, userTimeMs: presences.reduce((sum, ms) => sum + ms, 0) }
}

function whyNobody({ users, timedOut, errors }: PhaseFigures): string {
  const kinds = [
    ...errors.map(({ code, count, sample }) => `${code} ${count} (${sample})`),
    ...(timedOut === 0 ? [] : [`timed out ${timedOut}`]),
  ]
  return `session: setUp: not one of ${users} users could be set up: ${kinds.join(', ')}.`
}
