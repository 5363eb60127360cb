import { expect, test } from 'vitest'
import { tracesSentence } from './traces-sentence.ts'

test('says why traces were kept, and what is missing', () => {
  const counts = { kept: 132, errors: 1, slow: 130, sampled: 1, lost: 0, lostSpans: 0 }
  expect(tracesSentence(counts)).toBe('132 traces kept: 1 not ok, 130 slow, 1 of the others.')
  expect(tracesSentence({ ...counts, lost: 2_000, lostSpans: 1 })).toBe(
    '132 traces kept: 1 not ok, 130 slow, 1 of the others; no room for 2,000 more; 1 span lost.',
  )
})
