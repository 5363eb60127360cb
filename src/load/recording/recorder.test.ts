import { expect, test } from 'vitest'
import { percentileMs } from './histogram.ts'
import { OperationRecorder } from './recorder.ts'
import { TimeCounts } from './time-counts.ts'

const TIMES = { responseMs: 100, serviceMs: 80, pausedMs: 0 }

function recorder(): OperationRecorder {
  const one = new OperationRecorder('a')
  for (let k = 0; k < 4; k++) one.due(0)
  return one
}

test("requests without an end count at the time waited, and failures don't", () => {
  const one = recorder()
  for (let k = 0; k < 4; k++) one.start(20)
  one.succeed({ responseMs: 1, serviceMs: 1, pausedMs: 0 })
  one.timeOut({ responseMs: 5_000, serviceMs: 5_000, pausedMs: 0 })
  one.unfinished({ responseMs: 10_000, serviceMs: 9_000, pausedMs: 0 }, false)
  one.fail(new Error('refused'), TIMES)
  one.endInterval()
  one.sumUp(0, new TimeCounts(), new TimeCounts())
  const { response, service, failure } = one.finish(null)
  expect([response.totalCount, service.totalCount, failure.totalCount]).toEqual([3, 3, 1])
  expect(percentileMs(response, 100)).toBeGreaterThanOrEqual(10_000)
})

test('a pause excuses a failed request only if it took most of its time', () => {
  const one = recorder()
  for (let k = 0; k < 3; k++) one.start(0)
  one.fail(new Error('no answer'), { ...TIMES, pausedMs: 60 })
  one.fail(new Error('no answer'), { ...TIMES, pausedMs: 30 })
  one.fail(new Error('refused'), TIMES)
  one.drop(true)
  const { counts, lostByPause } = one.finish(null)
  expect(counts).toMatchObject({ failed: 3, dropped: 1 })
  // One that failed, and one that was dropped in the crowd after a pause.
  expect(lostByPause).toBe(2)
})

test('the undisturbed time is the service time without its pauses', () => {
  const one = recorder()
  one.start(0)
  one.succeed({ responseMs: 1_100, serviceMs: 1_050, pausedMs: 1_000 })
  one.endInterval()
  one.sumUp(0, new TimeCounts(), new TimeCounts())
  const { response, service, undisturbed } = one.finish(null)
  // A histogram gives the upper end of a bucket of 1 ms.
  const longest = [response, service, undisturbed].map((times) => percentileMs(times, 100))
  expect(longest.map((ms) => Math.round(ms ?? 0))).toEqual([1_101, 1_051, 50])
})
