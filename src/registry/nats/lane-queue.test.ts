import { expect, test } from 'vitest'
import type { Lane } from '../lanes.ts'
import { LaneQueue } from './lane-queue.ts'

const FULL = 8 * 1024 * 1024

function lane(name: string, unansweredBytes = 0): Lane {
  return { gateway: name, identities: [], next: 0, unansweredBytes, parked: false }
}

test('lanes take turns, and one whose window is full waits until it is answered', () => {
  let woken = 0
  const [a, b] = [lane('a'), lane('b')]
  const queue = new LaneQueue([a, b], () => void (woken += 1))
  expect(queue.take()).toBe(a)
  a.unansweredBytes = FULL
  queue.add(a)
  expect(queue.take()).toBe(b)
  expect([queue.hasReady, queue.isEmpty]).toEqual([false, false])
  queue.release(a, 1)
  expect(woken).toBe(1)
  expect(queue.take()).toBe(a)
  expect(queue.isEmpty).toBe(true)
})

test('a lane of a round that is over is sent to no more, whenever it is answered', () => {
  const parked = lane('a', FULL)
  const first = new LaneQueue([parked], () => {})
  const taken = first.take()
  if (taken) first.add(taken)
  first.end()
  const second = new LaneQueue([], () => {})
  second.release(parked, FULL)
  expect([first.isEmpty, second.isEmpty]).toEqual([true, true])
})
