import { expect, test } from 'vitest'
import { EnvironmentError } from '../environment/environment-error.ts'
import { InputError } from '../input-error.ts'
import { withFlagNames } from './flag-names.ts'

const flags = { BENCH_DURATION: '--duration' }

test.each([InputError, EnvironmentError])('a %o names the flag that was given', (Mistake) => {
  const read = () =>
    withFlagNames(flags, () => {
      throw new Mistake('BENCH_DURATION: "49h" is too long, by BENCH_PROFILE.')
    })
  expect(read).toThrow(Mistake)
  expect(read).toThrow('--duration: "49h" is too long, by BENCH_PROFILE.')
})

test('what is read, and any other error, is left as it is', () => {
  expect(withFlagNames(flags, () => 1)).toBe(1)
  const defect = new TypeError('BENCH_DURATION')
  const read = () =>
    withFlagNames(flags, () => {
      throw defect
    })
  expect(read).toThrow(defect)
})
