import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SharedRound } from './shared-round.ts'

test('simultaneous callers share a run', async () => {
  let runs = 0
  const rounds = new SharedRound(async () => {
    runs += 1
    await nextTurn()
  })
  await Promise.all([rounds.join(), rounds.join(), rounds.join()])
  expect(runs).toBe(1)
})

test('a caller is never served by a run that began before its call', async () => {
  let clock = 0
  let beganAt = 0
  const rounds = new SharedRound(async () => {
    beganAt = clock
    for (let turns = 0; turns < 3; turns += 1) await nextTurn()
  })
  const calls: Promise<void>[] = []
  for (let n = 0; n < 50; n += 1) {
    const calledAt = (clock += 1)
    calls.push(rounds.join().then(() => expect(beganAt).toBeGreaterThanOrEqual(calledAt)))
    if (n % 3 === 0) await nextTurn()
  }
  await Promise.all(calls)
})

test('runs never overlap', async () => {
  let running = 0
  const rounds = new SharedRound(async () => {
    expect((running += 1)).toBe(1)
    await nextTurn()
    running -= 1
  })
  const calls: Promise<void>[] = []
  for (let n = 0; n < 20; n += 1) {
    calls.push(rounds.join())
    await Promise.resolve()
  }
  await Promise.all(calls)
})

test('a failed run fails only its own callers', async () => {
  let runs = 0
  const rounds = new SharedRound(async () => {
    runs += 1
    await nextTurn()
    if (runs === 1) throw new Error('lost')
  })
  const first = rounds.join()
  await nextTurn()
  const second = rounds.join()
  await expect(first).rejects.toThrow('lost')
  await expect(second).resolves.toBeUndefined()
})
