import { expect, test } from 'vitest'
import { InputError } from '../input-error.ts'
import { mixed } from './mixed.ts'

const run = (): Promise<void> => Promise.resolve()
const operations = { register: { run }, enumerate: { run }, multicast: { run } }

test('gives each operation its weight, and omits those at 0 %', () => {
  const mix = { register: 60, enumerate: 40, multicast: 0 }
  expect(mixed(operations, mix)).toEqual({
    register: { run, weight: 60 },
    enumerate: { run, weight: 40 },
  })
})

test.each([
  { register: 50, enumerate: 30, multicast: 10 },
  { register: 150, enumerate: -50, multicast: 0 },
  { register: Number.NaN, enumerate: 50, multicast: 50 },
])('a mix of $register/$enumerate/$multicast is refused', (mix) => {
  expect(() => mixed(operations, mix)).toThrow(InputError)
})
