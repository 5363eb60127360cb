import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { constant } from '../load/arrivals/constant.ts'
import { feed } from '../load/feed/feed.ts'
import { generateLoad } from '../load/generator.ts'
import { type LoadPlan } from '../load/load-plan.ts'
import { InputError } from '../input-error.ts'
import { counter, trend } from '../load/metrics/declare-metrics.ts'
import { typoOf } from '../load/testing/typo.ts'
import { checkLoad } from './check-load.ts'
import { users } from '../load/users/users.ts'
import type { Load, UsersLoad } from './load.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, k) => `${k}`)
const many = numbers(51).map((name) => [name, counter()])
const run = (): Promise<void> => Promise.resolve()
const load: Required<Omit<Load, 'shard' | 'users'>> = {
  operations: { register: run },
  data: feed(['a'], 'shuffled'),
  tags: {},
  metrics: {},
  arrivals: constant(100),
  duration: { short: '10s', long: '60s', full: '10m' },
  warmUp: '0s',
  maxInFlight: 10,
  timeout: '5s',
  gracePeriod: '0s',
  seed: 7,
  slo: { response: { p90: '10ms' } },
  parameters: null,
  faults: [],
  allowFailures: false,
  allowUndelivered: true,
  verdict: { dropped: { invalid: 0.05 } },
}
const plan: Required<
  Omit<
    LoadPlan,
    'shard' | 'startAtMs' | 'awaitStart' | 'signal' | 'onProgress' | 'tellsExact' | 'tracer'
  >
> = {
  operations: { register: run },
  data: feed(['a'], 'shuffled'),
  tags: {},
  metrics: {},
  arrivals: constant(100),
  durationMs: 100,
  warmUpMs: 0,
  maxInFlight: 10,
  whenFull: 'drop',
  timeoutMs: 100,
  gracePeriodMs: 0,
  dispatch: 'timer',
  seed: 7,
  slo: { successRate: 1 },
  faults: [],
  verdict: { dropped: { invalid: 0.05 } },
}

const { operations: _, arrivals, maxInFlight, ...common } = load
const usersLoad: Required<Omit<UsersLoad, 'shard'>> = {
  ...common,
  users: users(2, { thinkTime: '1ms' }),
  session: { steps: { register: run } },
}

test('accepts a load with every field', async () => {
  expect(() => checkLoad(load)).not.toThrow()
  await expect(generateLoad(plan)).resolves.toMatchObject({ durationMs: 100 })
  expect(() => checkLoad(usersLoad)).not.toThrow()
})

const renamed = (object: object, from: string, to: string): object =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key === from ? to : key, value]))

describe('a load with any one key mistyped is refused, and the right key named,', () => {
  test('by load', () => {
    fc.assert(
      fc.property(typoOf([...Object.keys(load), 'shard']), ({ meant, typo }) => {
        const mistyped = renamed({ shard: { index: 0, of: 1 }, ...load }, meant, typo)
        expect(() => checkLoad(mistyped as Load)).toThrow(InputError)
        expect(() => checkLoad(mistyped as Load)).toThrow(new RegExp(`Did you mean .*"${meant}"`))
      }),
    )
  })

  test('by load, of users', () => {
    fc.assert(
      fc.property(typoOf([...Object.keys(usersLoad), 'shard']), ({ meant, typo }) => {
        const mistyped = renamed({ shard: { index: 0, of: 1 }, ...usersLoad }, meant, typo)
        expect(() => checkLoad(mistyped as Load)).toThrow(InputError)
        expect(() => checkLoad(mistyped as Load)).toThrow(new RegExp(`Did you mean .*"${meant}"`))
      }),
    )
  })

  test('by generateLoad, before a request is sent', async () => {
    let sent = 0
    const operations = { register: () => Promise.resolve(sent++) }
    await fc.assert(
      fc.asyncProperty(typoOf(Object.keys(plan)), async ({ meant, typo }) => {
        const mistyped = generateLoad(renamed({ ...plan, operations }, meant, typo) as LoadPlan)
        await expect(mistyped).rejects.toThrow(new RegExp(`Did you mean .*"${meant}"`))
      }),
    )
    expect(sent).toBe(0)
  })
})

test.each<[wrong: object, message: RegExp]>([
  [{ operations: undefined }, /^load: operations is missing/],
  [{ arrivals: undefined }, /^load: arrivals is missing/],
  [{ duration: undefined }, /^load: duration is missing/],
  [{ arrivals: 100 }, /^load: arrivals: 100 does not say when .*constant\(100\)/],
  [{ arrivals: constant }, /Call one of the arrivals, such as constant\(100\)/],
  [{ duration: 10 }, /^load: duration: 10 is not a duration/],
  [{ duration: null }, /^load: duration: null is not a duration/],
  [{ duration: {} }, /^load: duration: short: undefined is not a duration/],
  [{ duration: { shrt: '5s' } }, /no "shrt"\. Did you mean "short"\?/],
  [{ duration: { short: '5s', full: '10 min' } }, /^load: duration: full: "10 min" is not/],
  [{ duration: { short: '0s' } }, /"0s" must be longer than 0/],
  [{ warmUp: 2 }, /^load: warmUp: 2 is not a duration/],
  [{ timeout: '0s' }, /^load: timeout: "0s" must be longer than 0/],
  [{ gracePeriod: null }, /^load: gracePeriod: null is not a duration/],
  [{ maxInFlight: '10' }, /^load: maxInFlight: '10' must be a whole number of at least 1/],
  [{ maxInFlight: Infinity }, /^load: maxInFlight: Infinity must be a whole number/],
  [{ seed: Number.NaN }, /^load: seed: NaN must be a whole number/],
  [{ shard: { index: 0, off: 1 } }, /no "off"\. Did you mean "of"\?/],
  [{ allowFailures: 'yes' }, /^load: allowFailures: 'yes' must be true or false/],
  [{ data: ['a'] }, /^load: data: \[ 'a' \] must be a feed, such as feed\(rows, 'shuffled'\)/],
  [{ tags: ['eu'] }, /^load: tags: \[ 'eu' \] is not an object/],
  [{ tags: { region: 'eu' } }, /^load: tags: region: 'eu' must be a list of its values/],
  [{ tags: { region: [] } }, /^load: tags: region: \[\] must be a list of its values/],
  [{ tags: { region: ['eu', 7] } }, /^load: tags: region: 7 must be a text of 1 to 100/],
  [{ tags: { region: ['eu', 'eu'] } }, /^load: tags: region: duplicate value/],
  [{ tags: { id: numbers(15), of: numbers(6) } }, /^load: tags: 21 values are too many; 20 are/],
  [{ metrics: { ttfb: trend } }, /^load: metrics: ttfb: \[Function: trend\] must be counter\(\)/],
  [{ metrics: { ttfb: { kind: 'trend', unit: 'ms' } } }, /^load: metrics: ttfb: .* must be/],
  [{ metrics: Object.fromEntries(many) }, /^load: metrics: 51 are too many; 50 are possible/],
  [{ slo: null }, /^SLO: null is not an object/],
  [{ slo: { respons: { p95: '1s' } } }, /^SLO: there is no "respons"\. Did you mean "response"/],
])('a load with %j is refused', (wrong, message) => {
  const check = (): void => checkLoad({ ...load, ...wrong })
  expect(check).toThrow(InputError)
  expect(check).toThrow(message)
})

test.each<[wrong: object, message: RegExp]>([
  [{ users: undefined }, /^load: users is missing/],
  [{ users: 50 }, /^load: users: 50 is not a number of users\. Call users\(50/],
  [{ session: undefined }, /^load: session is missing/],
  [{ duration: undefined }, /^load: duration is missing/],
  [{ arrivals }, /^load: arrivals doesn't apply to a load of users: .*no rate of their own/],
  [{ maxInFlight }, /^load: maxInFlight doesn't apply to a load of users: each user has one/],
  [{ slo: { throughput: { min: 10 } } }, /^SLO: throughput: .*Bound response or successRate/],
])('a load of users with %j is refused', (wrong, message) => {
  const check = (): void => checkLoad({ ...usersLoad, ...wrong })
  expect(check).toThrow(InputError)
  expect(check).toThrow(message)
})

test.each<[wrong: object, message: RegExp]>([
  [{ operations: null }, /^load: operations: null is not an object|^operations: null is not/],
  [{ operations: { register: null } }, /^operation "register": null is not an object/],
  [{ operations: { register: {} } }, /^operation "register": run: undefined must be a function/],
  [{ operations: { register: { run, wieght: 2 } } }, /no "wieght"\. Did you mean "weight"\?/],
  [{ operations: { register: { run, weight: '2' } } }, /weight: '2' must be a number above 0/],
  [{ operations: { register: { run, deliveries: 1 } } }, /deliveries: 1 must be a function/],
  [{ durationMs: '100' }, /^load: durationMs: '100' must be a number above 0/],
  [{ timeoutMs: Infinity }, /^load: timeoutMs: Infinity must be a number above 0/],
  [{ gracePeriodMs: Number.NaN }, /^load: gracePeriodMs: NaN must be a number of at least 0/],
  [{ whenFull: 'dorp' }, /'dorp' is not valid\. Did you mean "drop"\? Choose one of drop, wait/],
  [{ dispatch: 'spin!' }, /Did you mean "spin"/],
  [{ signal: {} }, /^load: signal: \{\} must be an AbortSignal/],
  [{ slo: { delivery: { rate: 0.9 } } }, /^SLO: delivery: receipts of this load are not counted/],
  [
    { slo: { operations: { register: { completion: { p95: '1s' } } } } },
    /^SLO: completion: receipts of register are not counted/,
  ],
  [{ verdict: { droped: {} } }, /^verdict: there is no "droped"\. Did you mean "dropped"/],
])('generateLoad with %j is refused', async (wrong, message) => {
  const refused = generateLoad({ ...plan, ...wrong })
  await expect(refused).rejects.toThrow(InputError)
  await expect(refused).rejects.toThrow(message)
})
