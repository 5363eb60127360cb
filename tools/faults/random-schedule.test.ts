import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasSubscribers } from './loads.ts'
import { randomRow } from './random-schedule.ts'

const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 })

test('a random seed always gives the same run', () => {
  fc.assert(
    fc.property(seed, (value) => {
      expect(randomRow(value)).toEqual(randomRow(value))
    }),
  )
})

test('draws one to three faults in order, from the warm-up until just after the end', () => {
  fc.assert(
    fc.property(seed, (value) => {
      const { load, steps } = randomRow(value)
      const times = steps.map(({ at }) => Number(at))
      expect(steps.length).toBeGreaterThanOrEqual(1)
      expect(steps.length).toBeLessThanOrEqual(3)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(times[0]).toBeGreaterThanOrEqual(-load.warmUpMs)
      expect(times.at(-1)).toBeLessThanOrEqual(load.durationMs + 500)
    }),
  )
})

test('draws only faults that apply to the load', () => {
  fc.assert(
    fc.property(seed, (value) => {
      const { load, steps } = randomRow(value)
      for (const { fault } of steps) {
        const isOfSubscriber = 'victim' in fault && fault.victim === 'subscriber'
        expect(isOfSubscriber && !hasSubscribers(load)).toBe(false)
        // Servers that the command starts are no proxy's, and can't be restarted from here.
        expect('server' in fault && load.servers === 'run').toBe(false)
        expect(fault.kind === 'answer' && load.servers === 'run').toBe(false)
      }
    }),
  )
})

test('hits each server or process at most once', () => {
  fc.assert(
    fc.property(seed, (value) => {
      const hits = randomRow(value).steps.map(({ fault }) => {
        if ('server' in fault) return fault.server
        if (fault.kind === 'answer') return 'redis'
        return 'victim' in fault
          ? `${fault.victim} ${fault.victim === 'main' ? fault.kind : ''}`.trim()
          : fault.kind
      })
      expect(new Set(hits).size).toBe(hits.length)
    }),
  )
})

test('the first hundred random seeds cover every kind of load, and faults of system and generator', () => {
  const rows = Array.from({ length: 100 }, (_, index) => randomRow(index + 1))
  const kinds = new Set(rows.flatMap(({ steps }) => steps.map(({ fault }) => fault.kind)))
  expect(new Set(rows.map(({ load }) => load.workload)).size).toBe(4)
  expect([...kinds]).toEqual(
    expect.arrayContaining(['kill', 'stop', 'signal', 'restart', 'cut', 'hold', 'answer']),
  )
})
