import { expect, test } from 'vitest'
import { aboutText, timeLeftMs } from './time-left.ts'

test('tests to come are taken to be as long as those that have begun', () => {
  const ended = { tookMs: 14_000, leftMs: 0 }
  expect(timeLeftMs([{ tookMs: 4_000, leftMs: 8_000 }], 3)).toBe(8_000 + 3 * 12_000)
  expect(timeLeftMs([ended, { tookMs: 4_000, leftMs: 6_000 }], 2)).toBe(6_000 + 2 * 12_000)
})

test('so is one of which nothing is known yet, as far as it has not taken as long already', () => {
  const ended = { tookMs: 10_000, leftMs: 0 }
  expect(timeLeftMs([ended, { tookMs: 4_000, leftMs: null }], 1)).toBe(6_000 + 10_000)
  expect(timeLeftMs([ended, { tookMs: 40_000, leftMs: null }], 0)).toBe(0)
})

test('nothing is estimated from nothing', () => {
  expect(timeLeftMs([], 3)).toBeNull()
  expect(timeLeftMs([{ tookMs: 4_000, leftMs: null }], 3)).toBeNull()
})

test.each([
  [0, 'about 1 s'],
  [8_400, 'about 8 s'],
  [9_900, 'about 10 s'],
  [41_000, 'about 40 s'],
  [59_000, 'about 1 min'],
  [83_000, 'about 1 min 20 s'],
  [118_000, 'about 2 min'],
  [299_000, 'about 5 min'],
  [3_580_000, 'about 1 h'],
  [4_900_000, 'about 1 h 20 min'],
])('%d ms is %s', (ms, text) => {
  expect(aboutText(ms)).toBe(text)
})
