import { expect, test } from 'vitest'
import { EnvironmentError } from '../environment/environment-error.ts'
import { InputError } from '../input-error.ts'
import { UserError } from '../user-error.ts'
import { withFlagNames } from './flag-names.ts'

const flags = { BENCH_DURATION: '--duration' }

test.each([InputError, EnvironmentError])('%o names the flag as it was typed', (Mistake) => {
  const read = () =>
    withFlagNames(flags, () => {
      throw new Mistake('BENCH_DURATION: "49h" is too long, by BENCH_PROFILE.')
    })
  expect(read).toThrow(UserError)
  expect(read).toThrow('--duration: "49h" is too long, by BENCH_PROFILE.')
})

test('passes values and unexpected errors through', () => {
  expect(withFlagNames(flags, () => 1)).toBe(1)
  const defect = new TypeError('BENCH_DURATION')
  const read = () =>
    withFlagNames(flags, () => {
      throw defect
    })
  expect(read).toThrow(defect)
})
