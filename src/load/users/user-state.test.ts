import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ClosedModel } from '../load-model.ts'
import type { LoadResult } from '../result.ts'
import { countsOfAll } from '../totals.ts'
import { judgeMeasurement } from '../verdict/verdict.ts'
import { generateUsers } from './generate-users.ts'
import { users } from './users.ts'

const NO_THINKING = { thinkTime: '0s' } as const

function modelOf({ model }: LoadResult): ClosedModel {
  if (model.kind !== 'closed') throw new Error('the load is not one of users')
  return model
}

describe('the state of a user', () => {
  test('is made by setUp, carried from step to step, and ended by tearDown', async () => {
    const ended = new Map<string, number>()
    const result = await generateUsers({
      users: users(3, { thinkTime: '1ms' }),
      durationMs: 100,
      session: {
        setUp: async ({ user }) => ({ name: `user ${user}`, steps: 0, token: '' }),
        steps: {
          logIn: async ({ state }) => {
            state.token = state.name
          },
          browse: async ({ state, user }) => {
            if (state.token !== `user ${user}`) throw new Error('somebody else')
            state.steps++
          },
        },
        tearDown: ({ state }) => ended.set(state.name, state.steps),
      },
    })
    expect(countsOfAll(result).failed).toBe(0)
    expect([...ended.keys()].toSorted()).toEqual(['user 0', 'user 1', 'user 2'])
    const steps = [...ended.values()].reduce((sum, count) => sum + count, 0)
    expect(steps).toBe(result.operations.get('browse')?.counts.ok)
    expect(modelOf(result)).toMatchObject({
      users: 3,
      setUp: { users: 3, ok: 3 },
      tearDown: { users: 3, ok: 3 },
    })
  })

  test('is set up before the first step, unmeasured', async () => {
    let begun = 0
    let isTooSoon = false
    await generateUsers({
      users: users(20, NO_THINKING),
      durationMs: 50,
      session: {
        setUp: async () => {
          await sleep(20)
          begun++
        },
        steps: {
          ask: async () => {
            isTooSoon ||= begun < 20
          },
        },
      },
    })
    expect(isTooSoon).toBe(false)
  })

  test("keeps a user out of the load if it can't be set up, and the verdict says so", async () => {
    const taking = new Set<number>()
    const ended: number[] = []
    const result = await generateUsers({
      users: users(10, { thinkTime: '1ms' }),
      durationMs: 500,
      session: {
        setUp: ({ user }) => {
          if (user === 3) throw Object.assign(new Error('who are you?'), { code: 'DENIED' })
          return user
        },
        steps: { ask: async ({ user }) => void taking.add(user) },
        tearDown: ({ state }) => ended.push(state),
      },
    })
    expect(taking.has(3)).toBe(false)
    expect(ended).toHaveLength(9)
    const { setUp } = modelOf(result)
    expect(setUp).toMatchObject({ users: 10, ok: 9, failed: 1 })
    expect(setUp.errors).toEqual([{ code: 'DENIED', count: 1, sample: 'who are you?' }])
    const verdict = judgeMeasurement(result, [])
    expect(verdict).toMatchObject({ kind: 'invalid' })
    expect(JSON.stringify(verdict)).toContain('1 of 10 users took no part')
  })

  test('throws an error with the reason if no user can be set up', async () => {
    const refused = generateUsers({
      users: users(2, NO_THINKING),
      durationMs: 50,
      session: {
        setUp: () => Promise.reject(Object.assign(new Error('closed'), { code: 'ECONNREFUSED' })),
        steps: { ask: async () => {} },
      },
    })
    await expect(refused).rejects.toThrow(
      'setUp: not one of 2 users could be set up: ECONNREFUSED 2 (closed)',
    )
  })

  test('is torn down even if it is set up after the time-out', async () => {
    const ended: number[] = []
    await generateUsers({
      users: users(2, NO_THINKING),
      durationMs: 150,
      timeoutMs: 20,
      session: {
        setUp: async ({ user }) => {
          if (user === 1) await sleep(60)
          return user
        },
        steps: { ask: () => sleep(1) },
        tearDown: ({ state }) => ended.push(state),
      },
    })
    expect(ended.toSorted((a, b) => a - b)).toEqual([0, 1])
  })

  test.each(['a step that fails', 'a step that hangs', 'an interruption', 'a bound'] as const)(
    'is torn down after %s',
    async (end) => {
      const controller = new AbortController()
      const ended: number[] = []
      const result = await generateUsers({
        users: users(4, { thinkTime: '1ms' }),
        durationMs: end === 'an interruption' || end === 'a bound' ? 60_000 : 200,
        timeoutMs: 5_000,
        gracePeriodMs: 20,
        signal: controller.signal,
        ...(end === 'a bound'
          ? { slo: { every: '100ms', successRate: 1, abortOnFail: { after: '100ms' } } as const }
          : {}),
        session: {
          setUp: ({ user }) => user,
          steps: {
            ask: ({ number }) => {
              if (end === 'an interruption' && number === 20) controller.abort()
              if (end === 'a step that hangs') return new Promise(() => {})
              if (end === 'a step that fails' || end === 'a bound') throw new Error('no')
              return Promise.resolve()
            },
          },
          tearDown: ({ state }) => ended.push(state),
        },
      })
      expect(ended.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3])
      expect(result.isInterrupted).toBe(end === 'an interruption')
      expect(result.abortReason === null).toBe(end !== 'a bound')
    },
  )

  test('counts failed tear-downs and keeps the result', async () => {
    const result = await generateUsers({
      users: users(2, { thinkTime: '1ms' }),
      durationMs: 500,
      timeoutMs: 50,
      session: {
        setUp: ({ user }) => user,
        steps: { ask: async () => {} },
        tearDown: ({ user }) => {
          if (user === 0) throw new Error('stuck')
          return new Promise(() => {})
        },
      },
    })
    expect(modelOf(result).tearDown).toMatchObject({ users: 2, ok: 0, failed: 1, timedOut: 1 })
    expect(countsOfAll(result).ok).toBeGreaterThan(0)
  })

  test('is undefined without setUp', async () => {
    const result = await generateUsers({
      users: users(1, { thinkTime: '1ms' }),
      durationMs: 30,
      session: {
        steps: {
          ask: async ({ state }) => {
            const none: undefined = state
            expect(none).toBeUndefined()
          },
        },
      },
    })
    expect(countsOfAll(result).failed).toBe(0)
  })
})

test('an interruption during set-up ends the load and keeps its result', async () => {
  const controller = new AbortController()
  let ended = 0
  const result = await generateUsers({
    users: users(100, NO_THINKING),
    durationMs: 60_000,
    signal: controller.signal,
    session: {
      setUp: ({ user }) => {
        if (user < 10) return user
        setImmediate(() => controller.abort())
        return new Promise<number>(() => {})
      },
      steps: { ask: async () => {} },
      tearDown: () => ended++,
    },
  })
  expect(result).toMatchObject({ isInterrupted: true, measuredMs: 0 })
  expect(ended).toBe(10)
  expect(modelOf(result).setUp).toMatchObject({ ok: 10, failed: 0, timedOut: 0, notDone: 90 })
})
