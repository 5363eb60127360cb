import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { nowMs } from '../clock.ts'
import { Alarm } from './alarm.ts'

/** A wait that ends when the test says. */
function manualWait() {
  const asked: (() => void)[] = []
  const until = (): Promise<void> =>
    new Promise((end) => {
      asked.push(end)
    })
  return { wait: { until, close: async () => {} }, asked }
}

async function hasResolved(promise: Promise<void>): Promise<boolean> {
  let isResolved = false
  void promise.then(() => (isResolved = true))
  await turn()
  await turn()
  return isResolved
}

const HOUR_MS = 3_600_000

test('leaves a near time to the wait', async () => {
  const { wait, asked } = manualWait()
  const until = new Alarm(wait).until(nowMs())
  expect(await hasResolved(until)).toBe(false)
  asked[0]?.()
  expect(await hasResolved(until)).toBe(true)
})

test('sleeps until a distant time without using the wait', async () => {
  const { wait, asked } = manualWait()
  const alarm = new Alarm(wait)
  const until = alarm.until(nowMs() + HOUR_MS)
  expect(await hasResolved(until)).toBe(false)
  expect(asked).toEqual([])
  alarm.bringForward(nowMs())
  await until
})

test.each([
  ['near', 0],
  ['far', HOUR_MS],
])('rings early only if something is due before a time that is %s', async (_, ms) => {
  const alarm = new Alarm(manualWait().wait)
  const timeMs = nowMs() + ms
  const until = alarm.until(timeMs)
  alarm.bringForward(timeMs)
  alarm.bringForward(timeMs + 1)
  expect(await hasResolved(until)).toBe(false)
  alarm.bringForward(timeMs - 1)
  expect(await hasResolved(until)).toBe(true)
})

test('lets I/O in before it rings, so immediate answers do not starve it', async () => {
  const alarm = new Alarm(manualWait().wait)
  const order: string[] = []
  const until = alarm.until(nowMs() + HOUR_MS).then(() => order.push('rung'))
  setImmediate(() => order.push('others'))
  alarm.bringForward(0)
  await until
  expect(order).toEqual(['others', 'rung'])
})

test('keeps one wait under way, however often it rings', async () => {
  const { wait, asked } = manualWait()
  const alarm = new Alarm(wait)
  for (let n = 0; n < 100; n++) {
    const timeMs = nowMs()
    const until = alarm.until(timeMs)
    alarm.bringForward(timeMs - 1)
    await until
  }
  expect(asked).toHaveLength(1)
})

test('meets a time before that of the wait under way', async () => {
  const alarm = new Alarm(manualWait().wait)
  const timeMs = nowMs()
  const later = alarm.until(timeMs)
  alarm.bringForward(timeMs - 1)
  await later
  await alarm.until(timeMs - 1)
})
