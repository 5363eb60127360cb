import { expect, test } from 'vitest'
import { largestPartSentence } from './part-name.ts'

const generator = { name: 'generator', ms: 2 }
const other = { name: 'other', ms: 8 }

test.each([
  ['waiting for Redis', [{ name: 'redis', ms: 30 }, other, generator]],
  ['waiting for postgresql', [{ name: 'postgresql', ms: 30 }, other]],
  ['on other work', [other, { name: 'redis', ms: 1 }]],
  ['on other work, and no client made a span', [other, generator]],
  ['waiting for the generator', [{ name: 'generator', ms: 20 }, other]],
])('the sentence on the largest part ends with "%s"', (spent, parts) => {
  expect(largestPartSentence([{ parts }, { parts }])).toMatch(
    new RegExp(`^The 2 slowest spent \\d+ % of their time ${spent}\\.$`, 'v'),
  )
})

test('requests that took no time have no largest part', () => {
  expect(largestPartSentence([{ parts: [{ name: 'other', ms: 0 }] }])).toBeNull()
})
