import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { generateUsers } from './generate-users.ts'
import { type UsersPlan } from './users-plan.ts'
import { users } from './users.ts'

const NO_THINKING = { thinkTime: '0s' } as const

const plan: UsersPlan<undefined> = {
  users: users(2, NO_THINKING),
  durationMs: 100,
  session: { steps: { ask: async () => {} } },
}

test.each<[wrong: object, message: RegExp]>([
  [{ users: undefined }, /^load: users is missing/],
  [{ users: 50 }, /^load: users: 50 is not a number of users\. Call users\(50, /],
  [{ session: undefined }, /^load: session is missing/],
  [{ session: {} }, /^session: steps: undefined is not an object/],
  [{ session: { steps: {} } }, /^session: steps: a session needs at least one step/],
  [{ session: { steps: { ask: 1 } } }, /^step "ask": 1 is not an object/],
  [
    { session: { steps: { ask: { run: async () => {}, weight: 2 } } } },
    /^step "ask": weight doesn't apply: steps are done in their order/,
  ],
  [{ session: { step: {} } }, /no "step"\. Did you mean "steps"\?/],
  [{ session: { setUp: 1, steps: {} } }, /^session: setUp: 1 must be a function/],
  [{ arrivals: () => 0 }, /^load: arrivals doesn't apply to a load of users/],
  [{ maxInFlight: 5 }, /^load: maxInFlight doesn't apply to a load of users: each user has one/],
  [{ operations: {} }, /^load: operations doesn't apply .*session/],
  [{ shard: { index: 0, of: 5 }, users: users(2, NO_THINKING) }, /./],
  [{ slo: { throughput: { min: 10 } } }, /^SLO: throughput: a load of users has no rate/],
  [{ slo: { operations: { ask: { throughput: { max: 1 } } } } }, /^SLO: throughput: .*arrivals/],
  [{ slo: { operations: { asks: { successRate: 1 } } } }, /Did you mean "ask"/],
  [{ slo: { delivery: { rate: 0.9 } } }, /^SLO: delivery: receipts of this load are not counted/],
])('rejects %j before a user is set up', async (wrong, message) => {
  let isSetUp = false
  const setUp = (): void => void (isSetUp = true)
  const session = 'session' in wrong ? {} : { session: { ...plan.session, setUp } }
  const isShared = 'shard' in wrong
  const given = {
    ...plan,
    ...session,
    ...wrong,
    ...(isShared ? { shard: { index: 4, of: 5 } } : {}),
  }
  const refused = generateUsers(given as UsersPlan<undefined>)
  await expect(refused).rejects.toThrow(InputError)
  await expect(refused).rejects.toThrow(isShared ? /2 users can't be divided among 5/ : message)
  expect(isSetUp).toBe(false)
})
