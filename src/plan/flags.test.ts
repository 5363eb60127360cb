import fc from 'fast-check'
import { expect, test } from 'vitest'
import { demandFrom } from './demand.ts'
import { ASSUMPTION_FLAGS, askedFrom, assumptionsFrom, DEMAND_FLAGS } from './flags.ts'

test.each([
  ['1e7', 10_000_000],
  ['2.5E4', 25_000],
  ['1e+3', 1_000],
  ['250', 250],
])('%s is %d', (text, identities) => {
  expect(askedFrom({ identities: text })).toEqual([{ identities }])
})

test('a rate may be a fraction', () => {
  expect(askedFrom({ multicasts: '0.5' })).toEqual([{ multicasts: 0.5 }])
})

test.each(['', 'many', 'NaN', 'Infinity', '-5', '0', '1.5', '1e-3', '0x10', '1e13', '1,', '1e400'])(
  'identities can not be "%s"',
  (text) => {
    expect(() => askedFrom({ identities: text })).toThrow(
      /^--identities: ".*" must be a whole number from 1 to 1000000000000/,
    )
  },
)

test('every flag accepts numbers only', () => {
  const noNumber = fc.string().filter((text) => !/^[\d\s.,e+]*$/i.test(text))
  fc.assert(
    fc.property(fc.constantFrom(...DEMAND_FLAGS), noNumber, ({ flag }, text) => {
      expect(() => askedFrom({ [flag.slice(2)]: text })).toThrow(`${flag}: `)
    }),
  )
  fc.assert(
    fc.property(fc.constantFrom(...ASSUMPTION_FLAGS), noNumber, ({ flag }, text) => {
      expect(() => assumptionsFrom({ [flag.slice(2)]: text })).toThrow(`${flag}: `)
    }),
  )
})

test('several values make several plans, and a single value applies to all', () => {
  expect(askedFrom({ identities: '1e6,1e8', gateways: '10' })).toEqual([
    { identities: 1e6, gateways: 10 },
    { identities: 1e8, gateways: 10 },
  ])
  expect(() => askedFrom({ identities: '1e6,1e8', targets: '1,2,3' })).toThrow(
    '--identities has 2 values and --targets has 3',
  )
})

test.each([
  [{ identities: 100, targets: 101 }, '--targets: 101 is more than the 100 identities.'],
  [{ identities: 100, matches: 200 }, '--matches: 200 is more'],
  [
    { identities: 100, namespaces: 10, targets: 11 },
    '--targets: 11 is more than the 10 identities of each of 10 namespaces.',
  ],
  [{ identities: 100, namespaces: 101 }, '--namespaces: 101 is more than the 100 identities'],
])('%j contradicts itself', (asked, message) => {
  expect(() => demandFrom(asked)).toThrow(message)
})

test('defaults follow from the identities', () => {
  const { heartbeats, targets, matches, gateways } = demandFrom({ identities: 500 })
  expect([heartbeats, targets, matches, gateways]).toEqual([5, 500, 100, 1])
})

test('converts assumptions from the units of the flags', () => {
  const given = { utilisation: '50', 'redis-memory': '64', network: '25' }
  expect(assumptionsFrom(given)).toMatchObject({
    utilisation: 0.5,
    redisMemoryBytes: 64e9,
    networkBytes: 3.125e9,
  })
})
