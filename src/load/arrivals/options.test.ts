import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../input-error.ts'
import { typoOf } from '../testing/typo.ts'
import type { Arrivals } from './arrivals.ts'
import { burst } from './burst.ts'
import { constant } from './constant.ts'
import { poisson } from './poisson.ts'
import { ramp } from './ramp.ts'
import { replay } from './replay.ts'
import { shardOf } from './shard.ts'
import { sine } from './sine.ts'
import { stages } from './stages.ts'
import { steps } from './steps.ts'

/** Arrivals by their options, as code that nobody compiled would give them. */
const MAKERS: Readonly<Record<string, { options: object; make: (options: never) => Arrivals }>> = {
  burst: { options: { rate: 5, for: '1s', every: '2s', base: 1 }, make: burst },
  sine: { options: { mean: 5, amplitude: 1, period: '2s' }, make: sine },
  poisson: { options: { seed: 3 }, make: (options) => poisson(5, options) },
  steps: { options: { rate: 5, for: '1s' }, make: (options) => steps([options]) },
  stages: {
    options: { arrivals: constant(5), for: '1s' },
    make: (options) => stages([options]),
  },
  shard: { options: { index: 0, of: 2 }, make: (options) => shardOf(constant(5), options) },
}

describe.each(Object.entries(MAKERS))('%s', (_, { options, make }) => {
  const makeOf = (given: unknown) => (): Arrivals => make(given as never)

  test('is made of its options', () => {
    expect(makeOf(options)()(0)).toBeGreaterThanOrEqual(0)
  })

  test('rejects a mistyped option and suggests the right one', () => {
    fc.assert(
      fc.property(typoOf(Object.keys(options)), ({ meant, typo }) => {
        const mistyped = Object.fromEntries(
          Object.entries(options).map(([key, value]) => [key === meant ? typo : key, value]),
        )
        expect(makeOf(mistyped)).toThrow(InputError)
        expect(makeOf(mistyped)).toThrow(new RegExp(`Did you mean .*"${meant}"`))
      }),
    )
  })

  test.each([null, 5, 'x', []])('rejects %j', (given) => {
    expect(makeOf(given)).toThrow(InputError)
  })

  test.each(Object.keys(options))('rejects %s of the wrong type', (key) => {
    for (const wrong of [null, 'x', Number.NaN, {}]) {
      expect(makeOf({ ...options, [key]: wrong })).toThrow(InputError)
    }
  })
})

test.each([
  [() => constant('5' as unknown as number), /^constant: rate: '5' requests\/s can't be sent/],
  [() => ramp(0, 5, 10 as unknown as '10s'), /^ramp: over: 10 is not a duration/],
  [() => replay(0 as unknown as string), /^replay: 0 must be the path of a file/],
  [() => steps({} as []), /^steps: \{\} is not a list\. Write \[\{ rate, for \}, …\]/],
  [() => stages(null as unknown as []), /^stages: null is not a list/],
])('rejects an argument of the wrong type and says what to write (%#)', (make, message) => {
  expect(make).toThrow(InputError)
  expect(make).toThrow(message)
})
