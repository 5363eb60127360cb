import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_SLOWEST } from '../load/tracing/traced-request.ts'
import { TailSampling, type EndedRequest } from './tail-sampling.ts'

const request: fc.Arbitrary<EndedRequest> = fc.record({
  operation: fc.constantFrom('register', 'multicast'),
  ending: fc.constantFrom('ok', 'ok', 'ok', 'failed', 'timed out', 'unfinished'),
  responseMs: fc.double({ min: 0, max: 100, noNaN: true }),
  traceId: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString('hex')),
})

describe('sampling at the end of requests', () => {
  test('keeps each trace or gives it back, once, and counts every reason', () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 120 }),
        fc.integer({ min: 1, max: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.option(fc.nat({ max: 100 })),
        (requests, room, ratio, halveAt) => {
          const sampling = new TailSampling<EndedRequest>({ aboveMs: () => 90, ratio, room })
          const left = requests.flatMap((ended, i) => [
            ...sampling.add(ended),
            ...(i === halveAt ? sampling.halve() : []),
          ])
          const { traces, slowest, lost } = sampling.kept()
          const kept = traces.map(({ trace }) => trace)
          expect(new Set([...left, ...kept])).toEqual(new Set(requests))
          expect(left.length + kept.length).toBe(requests.length)
          const isError = ({ ending }: EndedRequest) => ending !== 'ok'
          for (const { trace, reason } of traces) {
            expect(reason === 'errors').toBe(isError(trace))
          }
          for (const [operation, list] of slowest) {
            const times = requests
              .filter((ended) => ended.operation === operation)
              .map(({ responseMs }) => responseMs)
              .toSorted((a, b) => b - a)
            expect(list.map(({ responseMs }) => responseMs)).toEqual(times.slice(0, MAX_SLOWEST))
          }
          const errors = requests.filter(isError).length
          const slow = requests.filter((one) => !isError(one) && one.responseMs > 90).length
          const isRoomy = halveAt === null || room <= 10
          if (isRoomy && errors <= room && slow <= room && ratio === 0) expect(lost).toBe(0)
          if (ratio === 1) expect(kept.length + lost).toBe(requests.length)
        },
      ),
    )
  })

  test('gives late traces the same chance as early ones', () => {
    const sampling = new TailSampling<EndedRequest>({ aboveMs: () => 10, ratio: 0, room: 100 })
    for (let number = 0; number < 10_000; number += 1) {
      const traceId = number.toString(16).padStart(32, '0')
      sampling.add({ operation: 'a', ending: 'ok', responseMs: 20, traceId })
    }
    const numbers = sampling.kept().traces.map(({ trace }) => Number.parseInt(trace.traceId, 16))
    const late = numbers.filter((number) => number >= 5_000).length
    // Binomial with n = 100 and p = 1/2: outside of 20 to 80 once in 10⁹.
    expect(late).toBeGreaterThan(20)
    expect(late).toBeLessThanOrEqual(80)
  })

  test('keeps all or none of the others at the ends of the ratio', () => {
    const ended = (traceId: string) => ({ operation: 'a', ending: 'ok', responseMs: 1, traceId })
    const keptAt = (ratio: number) => {
      const sampling = new TailSampling<EndedRequest>({ aboveMs: () => null, ratio, room: 5_000 })
      for (let i = 0; i < 1_000; i += 1) {
        sampling.add({ ...ended('f'.repeat(32)), ending: 'ok' })
        sampling.add({ ...ended('0'.repeat(32)), ending: 'ok' })
      }
      return sampling.kept().traces.length
    }
    expect(keptAt(0)).toBe(MAX_SLOWEST)
    expect(keptAt(1)).toBe(2_000)
  })
})
