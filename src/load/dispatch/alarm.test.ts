import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Alarm } from './alarm.ts'

/** A wait that ends when the test says. */
function manualWait() {
  const asked: { readonly untilMs: number; readonly end: () => void }[] = []
  const wait = (untilMs: number): Promise<void> =>
    new Promise((end) => {
      asked.push({ untilMs, end })
    })
  return { wait, asked }
}

async function hasResolved(promise: Promise<void>): Promise<boolean> {
  let isResolved = false
  void promise.then(() => (isResolved = true))
  await turn()
  await turn()
  return isResolved
}

test('rings when its wait ends', async () => {
  const { wait, asked } = manualWait()
  const until = new Alarm(wait).until(100)
  expect(await hasResolved(until)).toBe(false)
  asked[0]?.end()
  expect(await hasResolved(until)).toBe(true)
})

test('rings sooner when something is due sooner, and only then', async () => {
  const alarm = new Alarm(manualWait().wait)
  const until = alarm.until(100)
  alarm.bringForward(200)
  expect(await hasResolved(until)).toBe(false)
  alarm.bringForward(50)
  expect(await hasResolved(until)).toBe(true)
})

test('lets others have a turn before it rings, so that answers at once never starve I/O', async () => {
  const alarm = new Alarm(manualWait().wait)
  const order: string[] = []
  const until = alarm.until(100).then(() => order.push('rung'))
  setImmediate(() => order.push('others'))
  alarm.bringForward(0)
  await until
  expect(order).toEqual(['others', 'rung'])
})

test('keeps one wait under way, however often it is rung', async () => {
  const { wait, asked } = manualWait()
  const alarm = new Alarm(wait)
  for (let n = 0; n < 100; n++) {
    const until = alarm.until(1_000 + n)
    alarm.bringForward(0)
    await until
  }
  expect(asked.map(({ untilMs }) => untilMs)).toEqual([1_000])
})
