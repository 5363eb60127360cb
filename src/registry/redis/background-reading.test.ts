import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BackgroundReading } from './background-reading.ts'

let reads = 0
let fails = false
let takesMs = 0
let background: BackgroundReading

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  reads = 0
  fails = false
  takesMs = 0
  background = new BackgroundReading(async () => {
    reads += 1
    if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs))
    if (fails) throw new Error('away')
  })
})

afterEach(() => {
  background.stop()
  vi.useRealTimers()
})

test('reads every second once in use, and not before', async () => {
  await vi.advanceTimersByTimeAsync(10_000)
  expect(reads).toBe(0)
  background.use()
  await vi.advanceTimersByTimeAsync(10_500)
  expect(reads).toBe(10)
})

test('skips a read after a call has read', async () => {
  for (let call = 0; call < 100; call += 1) {
    background.use()
    await vi.advanceTimersByTimeAsync(200)
  }
  expect(reads).toBe(0)
  await vi.advanceTimersByTimeAsync(1000)
  expect(reads).toBe(1)
})

test('stops five minutes after the last call and resumes with the next', async () => {
  background.use()
  await vi.advanceTimersByTimeAsync(400_000)
  expect(reads).toBeGreaterThan(290)
  expect(reads).toBeLessThanOrEqual(300)
  const before = reads
  await vi.advanceTimersByTimeAsync(400_000)
  expect(reads).toBe(before)
  background.use()
  await vi.advanceTimersByTimeAsync(1500)
  expect(reads).toBe(before + 1)
})

test('uses at most a fifth of the time', async () => {
  takesMs = 2000
  background.use()
  await vi.advanceTimersByTimeAsync(100_000)
  expect(reads).toBe(10)
})

test('continues after a failure and ends with `stop`', async () => {
  fails = true
  background.use()
  await vi.advanceTimersByTimeAsync(3500)
  expect(reads).toBe(3)
  background.stop()
  background.use()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(reads).toBe(3)
})
