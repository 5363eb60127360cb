import { expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import {
  readVerdictThresholds,
  VERDICT_THRESHOLDS,
  type VerdictOverrides,
} from './verdict-thresholds.ts'

test('a load has the documented thresholds by default', () => {
  expect(readVerdictThresholds()).toEqual(VERDICT_THRESHOLDS)
})

test('a load may override single thresholds', () => {
  expect(readVerdictThresholds({ dropped: { invalid: 0.05 } })).toEqual({
    ...VERDICT_THRESHOLDS,
    dropped: { degraded: 0, invalid: 0.05 },
  })
})

test.each([
  [{ dropped: { invalid: 5 } }, /1 % is 0\.01/],
  [{ lateness: { degraded: -1 } }, /lateness\.degraded: -1/],
  [{ pauseRatio: { degraded: 5 } }, /1 % is 0\.01/],
  [{ lateness: { degraded: null } } as unknown as VerdictOverrides, /lateness\.degraded: null/],
  [{ batchMs: { degraded: Infinity } }, /batchMs\.degraded: Infinity/],
  [{ achieved: { invalid: 0.999 } }, /before it is degraded/],
  [{ dropped: { degraded: 0.5 } }, /before it is degraded/],
  [
    { drops: { invalid: 0.5 } } as VerdictOverrides,
    /no "drops"\. Did you mean "dropped"\? Valid are achieved/,
  ],
  [{ dropped: { broken: 0.5 } } as VerdictOverrides, /dropped: there is no "broken"/],
  [{ lateness: { invalid: 0.5 } } as VerdictOverrides, /no "invalid"\. Valid are degraded/],
  [{ dropped: null } as unknown as VerdictOverrides, /dropped: null is not an object/],
  [null as unknown as VerdictOverrides, /^verdict: null is not an object/],
] satisfies [VerdictOverrides, RegExp][])('rejects %j', (overrides, message) => {
  const read = (): unknown => readVerdictThresholds(overrides)
  expect(read).toThrow(InputError)
  expect(read).toThrow(message)
})
