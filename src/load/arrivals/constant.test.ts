import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { constant } from './constant.ts'

test('a constant rate begins with one request and spaces the others evenly', () => {
  const arrivals = constant(400)
  expect([0, 1, 2, 3].map(arrivals)).toEqual([0, 2.5, 5, 7.5])
  expect(arrivals(400 * 86_400)).toBe(86_400_000)
})

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('rejects a rate of %s/s', (rate) => {
  expect(() => constant(rate)).toThrow(InputError)
  expect(() => constant(rate)).toThrow(/^constant: rate/)
})
