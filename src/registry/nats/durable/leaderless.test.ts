import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { askedAgain } from './leaderless.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const never = () => new Promise<string>(() => {})
const timeout = () => new Promise<string>((_, reject) => setTimeout(reject, 5_000, 'timeout'))

test('a question without an answer is asked again, and the first answer counts', async () => {
  const ask = vi.fn<() => Promise<string>>(async () => 'answer')
  ask.mockImplementationOnce(never).mockImplementationOnce(never)
  const answer = askedAgain(ask)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await answer).toBe('answer')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(ask).toHaveBeenCalledTimes(3)
})

test('a refusal, or no answer to the first question, ends it', async () => {
  await expect(askedAgain(async () => Promise.reject(new Error('refused')))).rejects.toThrow(
    'refused',
  )
  const unanswered = expect(askedAgain(timeout)).rejects.toBe('timeout')
  await vi.advanceTimersByTimeAsync(5_000)
  await unanswered
  expect(vi.getTimerCount()).toBeLessThanOrEqual(4)
})
