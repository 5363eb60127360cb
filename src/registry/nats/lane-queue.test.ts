import { expect, test } from 'vitest'
import type { Lane } from '../lanes.ts'
import { LaneQueue } from './lane-queue.ts'

const FULL = 8 * 1024 * 1024

function lane(name: string, unansweredBytes = 0): Lane {
  return { gateway: name, pieces: [], unansweredBytes }
}

test('lanes take turns, and a lane with a full window waits for answers', () => {
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

test('a lane of a finished round sends nothing more, whenever answers arrive', () => {
  const parked = lane('a', FULL)
  const first = new LaneQueue([parked], () => {})
  const taken = first.take()
  if (taken) first.add(taken)
  first.end()
  const second = new LaneQueue([], () => {})
  second.release(parked, FULL)
  expect([first.isEmpty, second.isEmpty]).toEqual([true, true])
})

test('a lane that is queued again and parked belongs to its own round only', () => {
  const earlier = lane('a', 2 * FULL)
  const second = new LaneQueue([], () => {})
  second.add(earlier)
  expect([second.hasReady, second.isEmpty]).toEqual([false, false])
  second.end()
  const third = new LaneQueue([], () => {})
  third.release(earlier, 2 * FULL)
  expect([third.hasReady, third.isEmpty]).toEqual([false, true])
})
