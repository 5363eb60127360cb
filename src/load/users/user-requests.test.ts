import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { numbersIn, WHOLE, type Shard } from '../arrivals/shard.ts'
import type { DueRequest } from '../dispatch/request-source.ts'
import type { Ending } from '../recording/request-end.ts'
import { DueQueue } from './due-queue.ts'
import { exponential, fixed, uniform, type ThinkTime } from './think-time.ts'
import { UserRequests } from './user-requests.ts'
import { mostOf, rampUsers, users, type Users } from './users.ts'

interface Simulation {
  readonly population: Users
  readonly durationMs: number
  readonly warmUpMs?: number
  readonly seed?: number
  readonly shard?: Shard
  readonly steps?: readonly string[]
  /** How long the system takes, and how it ends. */
  readonly answer?: (due: DueRequest, startedAtMs: number) => readonly [ms: number, Ending]
}

interface Started {
  readonly user: number
  readonly operation: string
  readonly number: number
  readonly iteration: number
  readonly atMs: number
  readonly isWarmUp: boolean
}

/** Plays users against a system, by a clock that only counts: nobody waits. */
function simulate(simulation: Simulation) {
  const { population, durationMs, warmUpMs = 0, seed = 1, shard = WHOLE } = simulation
  const { steps = ['step'], answer = () => [10, 'ok'] as const } = simulation
  const started: Started[] = []
  let last: Omit<Started, 'atMs' | 'number' | 'operation' | 'isWarmUp'> | null = null
  const requests = new UserRequests<number>({
    population,
    ready: numbersIn(shard, mostOf(population)).map((user) => ({ user, state: user })),
    steps: new Map(
      steps.map((name) => [
        name,
        {
          run: async ({ user, iteration, state }) => {
            expect(state).toBe(user)
            last = { user, iteration }
          },
        },
      ]),
    ),
    seed,
    shard,
    startMs: 0,
    warmUpMs,
    durationMs,
  })
  const answers = new DueQueue<{ readonly dueAtMs: number; readonly end: () => void }>()
  let underWay = 0
  let mostUnderWay = 0
  let busyMs = 0
  for (;;) {
    const answeredAtMs = answers.first?.dueAtMs ?? Infinity
    const now = Math.min(answeredAtMs, requests.nextDueMs)
    if (requests.isExhausted(now)) break
    if (answeredAtMs <= requests.nextDueMs) {
      answers.take()?.end()
      continue
    }
    const due = requests.take(now)
    const request: unknown = { number: due.number }
    void due.run(request as Parameters<typeof due.run>[0])
    const { operation, number, isWarmUp } = due
    if (last !== null)
      started.push({ ...(last as Started), operation, number, isWarmUp, atMs: now })
    mostUnderWay = Math.max(mostUnderWay, ++underWay)
    const [ms, ending] = answer(due, now)
    busyMs += ms
    answers.add({
      dueAtMs: now + ms,
      end: () => {
        underWay--
        due.onEnd?.(ending, now + ms)
      },
    })
  }
  return { started, mostUnderWay, busyMs, requests }
}

const OPTIONS = { thinkTime: '1s' } as const

describe('users', () => {
  test('obey the interactive response time law: N = X · (R + Z)', () => {
    const thinks: readonly ThinkTime[] = [exponential('1s'), uniform('0.5s', '1.5s'), fixed('1s')]
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 2_000 }),
        fc.constantFrom(...thinks),
        fc.nat(1_000),
        (count, responseMs, thinkTime, seed) => {
          const durationMs = 200_000
          const { started } = simulate({
            population: users(count, { thinkTime }),
            durationMs,
            warmUpMs: 10_000,
            seed,
            answer: () => [responseMs, 'ok'],
          })
          const measured = started.filter(({ isWarmUp }) => !isWarmUp)
          const throughput = measured.length / durationMs
          const law = throughput * (responseMs + thinkTime.meanMs)
          expect(Math.abs(law / count - 1)).toBeLessThan(0.3)
        },
      ),
      { numRuns: 20 },
    )
  })

  test('obey it closely if there are many', () => {
    const durationMs = 60_000
    const { started } = simulate({
      population: users(1_000, OPTIONS),
      durationMs,
      warmUpMs: 5_000,
      answer: () => [250, 'ok'],
    })
    const measured = started.filter(({ isWarmUp }) => !isWarmUp)
    expect(((measured.length / durationMs) * 1_250) / 1_000).toBeCloseTo(1, 1)
  })

  test('never have more than one request in flight', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(100), fc.nat(3), (count, ms, think) => {
        const { mostUnderWay } = simulate({
          population: users(count, { thinkTime: `${think}ms` }),
          durationMs: 500,
          answer: () => [ms + 1, 'ok'],
        })
        expect(mostUnderWay).toBeLessThanOrEqual(count)
      }),
    )
  })

  test('continue as soon as they are answered without think time', () => {
    const { started } = simulate({
      population: users(1, { thinkTime: '0s' }),
      durationMs: 100,
      answer: () => [10, 'ok'],
    })
    expect(started.map(({ atMs }) => atMs)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
  })

  test('repeat the steps in order', () => {
    const { started, requests } = simulate({
      population: users(1, { thinkTime: '0s' }),
      durationMs: 70,
      steps: ['logIn', 'browse', 'logOut'],
    })
    expect(started.map(({ operation, iteration }) => `${iteration} ${operation}`)).toEqual([
      '0 logIn',
      '0 browse',
      '0 logOut',
      '1 logIn',
      '1 browse',
      '1 logOut',
      '2 logIn',
    ])
    expect(requests.iterations).toMatchObject({
      started: 3,
      completed: 2,
      cutShort: 0,
      underWay: 1,
    })
    expect(requests.iterations.time.maxValue).toBe(30_000)
  })

  test.each(['failed', 'timed out'] as const)('restart after a step that %s', (ending) => {
    const { started, requests } = simulate({
      population: users(1, { thinkTime: '0s' }),
      durationMs: 40,
      steps: ['logIn', 'browse', 'logOut'],
      answer: ({ operation }) => [10, operation === 'browse' ? ending : 'ok'],
    })
    const all = started.map(({ operation, iteration }) => `${iteration} ${operation}`)
    expect(all).toEqual(['0 logIn', '0 browse', '1 logIn', '1 browse'])
    expect(requests.iterations).toMatchObject({ started: 2, completed: 0, cutShort: 1 })
    // Failing fast is not being fast; a timed-out request took at least the time waited.
    expect(requests.iterations.time.totalCount).toBe(ending === 'failed' ? 0 : 1)
  })

  test('send fewer requests while the system stalls', () => {
    const stalls = (atMs: number): boolean => atMs >= 5_000 && atMs < 6_000
    const answer = (_: DueRequest, atMs: number) => [stalls(atMs) ? 6_000 - atMs : 1, 'ok'] as const
    const { started } = simulate({
      population: users(10, { thinkTime: '10ms' }),
      durationMs: 10_000,
      answer,
    })
    const second = (from: number): number =>
      started.filter(({ atMs }) => atMs >= from && atMs < from + 1_000).length
    // Each of them meets the stall once: 10 of some 8,000 requests are slow.
    expect(second(5_000)).toBe(10)
    expect(second(4_000)).toBeGreaterThan(500)
    const slow = started.filter(({ atMs }) => stalls(atMs)).length
    expect(slow / started.length).toBeLessThan(0.01)
  })

  test('do not begin in lockstep, even with equal think times', () => {
    const { started } = simulate({
      population: users(1_000, { thinkTime: fixed('1s') }),
      durationMs: 5_000,
      warmUpMs: 2_000,
    })
    for (let from = 0; from < 7_000; from += 100) {
      const inTenth = started.filter(({ atMs }) => atMs >= from && atMs < from + 100).length
      expect(inTenth).toBeLessThan(250)
    }
  })

  test('have all begun by the end of the warm-up or one mean think time', () => {
    const begins = ({ started }: { readonly started: readonly Started[] }): number =>
      Math.max(...started.filter(({ iteration }) => iteration === 0).map(({ atMs }) => atMs))
    const population = users(200, OPTIONS)
    expect(begins(simulate({ population, durationMs: 9_000, warmUpMs: 3_000 }))).toBeLessThan(3_000)
    expect(begins(simulate({ population, durationMs: 9_000 }))).toBeLessThan(1_000)
  })

  test('do the same in shards as in one load', () => {
    const key = ({ user, atMs, operation }: Started): string => `${user} ${operation} ${atMs}`
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 5, max: 40 }), (of, count) => {
        const simulation = {
          population: users(count, { thinkTime: '20ms' }),
          durationMs: 500,
          warmUpMs: 100,
          steps: ['a', 'b'],
        }
        const whole = simulate(simulation).started.map(key)
        const shards = Array.from({ length: of }, (_, index) =>
          simulate({ ...simulation, shard: { index, of } }),
        )
        const all = shards.flatMap(({ started }) => started)
        expect(all.map(key).toSorted()).toEqual(whole.toSorted())
        expect(new Set(all.map(({ number }) => number)).size).toBe(all.length)
      }),
      { numRuns: 20 },
    )
  })

  test('join and leave as a ramp says, after ending the iteration under way', () => {
    const simulation = { durationMs: 4_000, steps: ['a', 'b', 'c'] }
    const thinkTime = { thinkTime: fixed('10ms') }
    const up = simulate({ ...simulation, population: rampUsers(0, 4, '4s', thinkTime) }).started
    const firsts = [0, 1, 2].map((user) => up.find((one) => one.user === user)?.atMs)
    expect(firsts).toEqual([1_000, 2_000, 3_000])
    const down = simulate({ ...simulation, population: rampUsers(4, 0, '4s', thinkTime) }).started
    const last = down.findLast(({ user }) => user === 3)
    expect(last).toMatchObject({ operation: 'c' })
    expect(last?.atMs).toBeGreaterThan(900)
    expect(last?.atMs).toBeLessThan(1_060)
  })

  test('are counted as planned independently of the requests started', () => {
    const { started, requests } = simulate({
      population: users(5, { thinkTime: '30ms' }),
      durationMs: 1_000,
      warmUpMs: 200,
    })
    expect(requests.plannedBefore()).toBe(started.filter(({ isWarmUp }) => !isWarmUp).length)
  })
})
