import fc from 'fast-check'
import type { Duration } from '../duration.ts'
import type { MetricSlo } from '../slo/noted-slo.ts'
import type { OperationSlo, Slo } from '../slo/slo.ts'

/** Every way in which an SLO can be written, for property tests. */

export const duration: fc.Arbitrary<Duration> = fc
  .tuple(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom('ms', 's', 'm'))
  .map(([value, unit]) => `${value}${unit}` as const)

/** P50 to P99.999, in every spelling. */
const percentileKey = fc
  .tuple(
    fc.integer({ min: 50, max: 99 }),
    fc.string({ unit: fc.integer({ min: 0, max: 9 }).map(String), maxLength: 3 }),
  )
  .map(([percent, decimals]) => `p${percent}${decimals}`)

const timeBounds = fc.dictionary(fc.oneof(percentileKey, fc.constant('max')), duration, {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
})

/** With as many decimals as a percentage can have on a command line. */
const ratio = fc.nat(100_000).map((n) => Number(`${n}e-5`))
const rate = fc.integer({ min: 1, max: 100_000 })

/** Bounds that can be judged per window. */
const inWindows = fc.record(
  {
    response: timeBounds,
    successRate: ratio,
    throughput: fc.oneof(
      fc.record({ min: rate }),
      fc.record({ max: rate }),
      fc.tuple(rate, rate).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) })),
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
)

const atTheEnd = fc.record(
  { completion: timeBounds, delivery: fc.record({ rate: ratio }) },
  { requiredKeys: [], noNullPrototype: true },
)

/** Names are no keys of an SLO, so that a test can tell them apart. */
const noteName = fc.constantFrom('eu west', 'Cache', '7', 'has a body')
const byName = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(noteName, of, { minKeys: 1, maxKeys: 2, noNullPrototype: true })

/** Bounds on checks, tags and metrics, of one operation or all together. */
const noted = fc.record(
  {
    checks: byName(fc.record({ min: fc.constantFrom(0.5, 0.99, 1) })),
    tags: byName(
      byName(fc.oneof(fc.record({ response: timeBounds }), fc.record({ successRate: ratio }))),
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
)

const limits = fc.oneof(fc.record({ min: rate }), fc.record({ max: rate }))

const metricSlo: fc.Arbitrary<MetricSlo> = fc.oneof(
  fc.record({ total: limits }),
  fc.record({ perSecond: limits }),
  fc.record({ last: limits, value: limits }),
  fc.dictionary(fc.oneof(percentileKey, fc.constant('max')), rate, {
    minKeys: 1,
    noNullPrototype: true,
  }),
)

const isBound = (slo: OperationSlo): boolean => Object.keys(slo).length > 0

const bounds: fc.Arbitrary<OperationSlo> = fc
  .tuple(inWindows, atTheEnd, noted)
  .map(([some, others, notes]) => ({ ...some, ...others, ...notes }))

function ofOperations(of: fc.Arbitrary<OperationSlo>): fc.Arbitrary<Slo> {
  const operations = fc.dictionary(
    fc.constantFrom('register', 'enumerate', 'multicast'),
    of.filter(isBound),
    { minKeys: 1, noNullPrototype: true },
  )
  return fc.oneof(
    of.filter(isBound),
    fc.tuple(of, operations).map(([slo, named]) => ({ ...slo, operations: named })),
  )
}

export const arbitrarySlo: fc.Arbitrary<Slo> = fc.oneof(
  ofOperations(bounds),
  fc.tuple(ofOperations(bounds), byName(metricSlo)).map(([slo, metrics]) => ({ ...slo, metrics })),
  fc
    .tuple(
      ofOperations(inWindows),
      fc.constantFrom<Duration>('100ms', '5s'),
      fc.option(duration, { nil: undefined }),
    )
    .map(([slo, every, after]) => ({
      ...slo,
      every,
      ...(after === undefined ? {} : { abortOnFail: { after } }),
    })),
)

/** One bound as a command line writes it, and the same as an object. */
export const arbitraryText: fc.Arbitrary<{ readonly text: string; readonly slo: Slo }> = fc
  .record({
    bound: fc.oneof(
      fc
        .record({
          group: fc.constantFrom('', 'response.', 'completion.'),
          key: fc.oneof(percentileKey, fc.constant('max')),
          isDotted: fc.boolean(),
          below: duration,
        })
        .map(({ group, key, isDotted, below }) => {
          const dotted = isDotted ? key.replace(/^(p\d\d)(\d+)$/, '$1.$2') : key
          const times = { [key]: below }
          return {
            text: `${group}${dotted}<${below}`,
            slo: group === 'completion.' ? { completion: times } : { response: times },
          }
        }),
      fc.nat(100_000).map((n) => ({
        text: `success${n === 100_000 ? '>=' : '>'}${n / 1_000}%`,
        slo: { successRate: Number(`${n}e-5`) },
      })),
      fc.nat(100_000).map((n) => ({
        text: `delivery${n === 100_000 ? '>=' : '>'}${n / 1_000}%`,
        slo: { delivery: { rate: Number(`${n}e-5`) } },
      })),
      fc
        .tuple(fc.constantFrom('throughput', 'rate'), rate, fc.boolean())
        .map(([name, n, isMin]) => ({
          text: `${name}${isMin ? '>=' : '<='}${n}`,
          slo: { throughput: isMin ? { min: n } : { max: n } },
        })),
    ),
    operation: fc.option(fc.constantFrom('register', 'multicast')),
    every: fc.option(fc.constantFrom<Duration>('100ms', '5s')),
  })
  .map(({ bound, operation, every }) => {
    const isAtTheEnd = 'completion' in bound.slo || 'delivery' in bound.slo
    const named = operation === null ? bound.slo : { operations: { [operation]: bound.slo } }
    const isWindowed = every !== null && !isAtTheEnd
    return {
      text: `${operation === null ? '' : `${operation}.`}${bound.text}${isWindowed ? ` every ${every}` : ''}`,
      slo: isWindowed ? { ...named, every } : named,
    }
  })
