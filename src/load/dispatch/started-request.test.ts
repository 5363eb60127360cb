import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import type { LoadRequest } from '../workload.ts'
import { StartedRequest } from './started-request.ts'

const FACTS = { number: 7, intendedAtMs: 1, startedAtMs: 2, isWarmUp: false }

describe('the signal of a request', () => {
  test.each(['TIMED_OUT', 'GRACE_PERIOD_ENDED'] as const)(
    'fires once and gives the reason: %s',
    (code) => {
      const request = new StartedRequest(FACTS)
      const fired = vi.fn<() => void>()
      request.signal.addEventListener('abort', fired)
      expect(request.signal.aborted).toBe(false)
      request.stop(code)
      request.stop('GRACE_PERIOD_ENDED')
      expect(fired).toHaveBeenCalledOnce()
      expect(request.signal.reason).toMatchObject({ name: 'RequestStoppedError', code })
    },
  )

  test('has already fired if it is first read after the stop', () => {
    const request = new StartedRequest(FACTS)
    request.stop('TIMED_OUT')
    expect(request.signal.reason).toMatchObject({ code: 'TIMED_OUT' })
  })

  test('is not copied with the request', () => {
    const request: LoadRequest = new StartedRequest(FACTS)
    expect({ ...request }).toEqual(FACTS)
  })

  test('aborts calls that it is passed to', async () => {
    const request = new StartedRequest(FACTS)
    const derived = AbortSignal.any([request.signal])
    const never = fetch('data:,nothing', { signal: request.signal })
    request.stop('TIMED_OUT')
    await expect(never).rejects.toMatchObject({ code: 'TIMED_OUT' })
    expect(derived.reason).toMatchObject({ code: 'TIMED_OUT' })
  })

  test('calls no listener that was removed', () => {
    const request = new StartedRequest(FACTS)
    const listener = vi.fn<() => void>()
    request.signal.addEventListener('abort', listener)
    request.signal.removeEventListener('abort', listener)
    request.stop('TIMED_OUT')
    expect(listener).not.toHaveBeenCalled()
  })
})

test.each([
  ['function', (): void => fail('it throws'), 'it throws'],
  ['promise', (): Promise<void> => Promise.reject(new Error('it rejects')), 'it rejects'],
  ['object', { handleEvent: (): void => fail('it fails') }, 'it fails'],
])('warns of a throwing listener (%s) and calls the others', async (_, bad, said) => {
  const request = new StartedRequest(FACTS)
  const other = vi.fn<() => void>()
  request.signal.addEventListener('abort', bad)
  request.signal.addEventListener('abort', other)
  const warned = once(process, 'warning')
  request.stop('TIMED_OUT')
  expect(other).toHaveBeenCalledOnce()
  const [warning]: unknown[] = await warned
  expect(String(warning)).toContain(said)
})

function fail(said: string): never {
  throw new Error(said)
}
