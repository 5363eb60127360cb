import { expect, test, vi } from 'vitest'
import { Ending } from './ending.ts'

test('an ending calls every remaining listener once', () => {
  const ending = new Ending()
  const told: string[] = []
  const [a, b, c] = ['a', 'b', 'c'].map((name) => () => void told.push(name))
  for (const each of [a, b, c, a]) if (each) ending.addEventListener('abort', each)
  if (b) ending.removeEventListener('abort', b)
  expect(ending.aborted).toBe(false)
  ending.abort()
  ending.abort()
  expect(ending.aborted).toBe(true)
  expect(told).toEqual(['a', 'c'])
})

test('a listener that removes itself and others during the call is called once', () => {
  const ending = new Ending()
  const last = vi.fn<() => void>()
  const first = vi.fn<() => void>(() => {
    ending.removeEventListener('abort', first)
    ending.removeEventListener('abort', last)
  })
  ending.addEventListener('abort', first)
  ending.addEventListener('abort', last)
  ending.abort()
  expect(first).toHaveBeenCalledOnce()
  expect(last).not.toHaveBeenCalled()
})
