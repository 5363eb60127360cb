import type { Subscription } from '@nats-io/transport-node'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Drains } from './drains.ts'

test('subscriptions are drained in order, a limited number at a time', async () => {
  let underWay = 0
  let most = 0
  const begun: number[] = []
  const subscriptionOf = (n: number): Subscription => {
    const drain = async (): Promise<void> => {
      begun.push(n)
      underWay += 1
      most = Math.max(most, underWay)
      await nextTurn()
      underWay -= 1
      if (n % 10 === 3) throw new Error(`closed ${n}`)
    }
    const subscription: Partial<Subscription> = { drain }
    return subscription as Subscription
  }
  const drains = new Drains(4)
  const first = Array.from({ length: 25 }, (_, n) => drains.drain(subscriptionOf(n)))
  await first[0]
  const later = drains.drain(subscriptionOf(25))
  const settled = await Promise.allSettled([...first, later])
  expect(begun).toEqual(Array.from({ length: 26 }, (_, n) => n))
  expect(most).toBe(4)
  const rejected = settled.flatMap(({ status }, n) => (status === 'rejected' ? n : []))
  expect(rejected).toEqual([3, 13, 23])
})
