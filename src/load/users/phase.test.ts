import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runPhase } from './phase.ts'

const users = Array.from({ length: 200 }, (_, user) => user)
const never = (): Promise<never> => new Promise(() => {})

test('handles every user once, at most 50 at a time', async () => {
  const done: number[] = []
  let underWay = 0
  let most = 0
  const figures = await runPhase({
    users,
    timeoutMs: 60_000,
    run: async (user) => {
      most = Math.max(most, ++underWay)
      await sleep(1)
      underWay--
      return user
    },
    onDone: (user) => done.push(user),
  })
  expect(done.toSorted((a, b) => a - b)).toEqual(users)
  expect(most).toBe(50)
  expect(figures).toEqual({ users: 200, ok: 200, failed: 0, timedOut: 0, notDone: 0, errors: [] })
})

test("counts a user's failure and continues with the others", async () => {
  const refused = Object.assign(new Error('no'), { code: 'REFUSED' })
  let isGivenUp = false
  const figures = await runPhase({
    users: [0, 1, 2, 3],
    timeoutMs: 30,
    run: (user, signal) => {
      if (user === 0) throw refused
      if (user === 1) return Promise.reject(refused)
      if (user === 3) return user
      signal.addEventListener('abort', () => (isGivenUp = true))
      return never()
    },
    onDone: () => {},
  })
  expect(figures).toMatchObject({ users: 4, ok: 1, failed: 2, timedOut: 1, notDone: 0 })
  expect(figures.errors).toEqual([{ code: 'REFUSED', count: 2, sample: 'no' }])
  expect(isGivenUp).toBe(true)
})

test('continues if an abort listener throws', async () => {
  const figures = await runPhase({
    users: [0],
    timeoutMs: 1,
    run: (_, signal) => {
      signal.addEventListener('abort', () => {
        throw new Error('the listener failed')
      })
      return never()
    },
    onDone: () => {},
  })
  expect(figures.timedOut).toBe(1)
})

test('reports a user who is done after the time-out', async () => {
  const done: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const figures = await runPhase({
    users: [7],
    timeoutMs: 5,
    run: () => promise,
    onDone: (user) => done.push(user),
  })
  expect(figures).toMatchObject({ ok: 0, timedOut: 1 })
  resolve()
  await sleep(0)
  expect(done).toEqual([7])
})

test('ends at an interruption, with the rest not done', async () => {
  const controller = new AbortController()
  let begun = 0
  const figures = await runPhase({
    users,
    timeoutMs: 60_000,
    signal: controller.signal,
    run: () => {
      if (++begun === 50) setImmediate(() => controller.abort())
      return never()
    },
    onDone: () => {},
  })
  expect(figures).toMatchObject({ users: 200, ok: 0, timedOut: 0, notDone: 200 })
  expect(begun).toBe(50)
})

test('ends when the time for all users is over', async () => {
  const figures = await runPhase({
    users,
    timeoutMs: 60_000,
    withinMs: 30,
    run: never,
    onDone: () => {},
  })
  expect(figures).toMatchObject({ timedOut: 50, notDone: 150 })
})
