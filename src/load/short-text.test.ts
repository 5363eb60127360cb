import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutOff } from './short-text.ts'

test('cuts a text to its length and changes nothing else', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 })
  fc.assert(
    fc.property(text, fc.nat(30), (whole, maxLength) => {
      const cut = cutOff(whole, maxLength)
      expect(cut).toBe(whole.slice(0, maxLength).toWellFormed())
    }),
  )
})

test('a cut text does not keep the original in memory', () => {
  setFlagsFromString('--expose-gc')
  const heapAfterGc = (): number => {
    runInNewContext('gc')()
    return process.memoryUsage().heapUsed
  }
  const before = heapAfterGc()
  const kept = Array.from({ length: 50 }, (_, i) => cutOff(`${i}${'x'.repeat(1e6)}`, 100))
  // Were they parts of what they were cut from, these 50 MB would stay.
  expect(heapAfterGc() - before).toBeLessThan(25e6)
  expect(kept.every(({ length }) => length === 100)).toBe(true)
})
