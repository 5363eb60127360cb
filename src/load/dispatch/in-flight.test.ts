import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { InFlight, type Flight } from './in-flight.ts'
import { StartedRequest } from './started-request.ts'

function start(flights: InFlight, number: number): Flight {
  const facts = { number, intendedAtMs: 0, isWarmUp: false }
  const due = { ...facts, operation: 'a', dueAtMs: 0, run: () => Promise.resolve() }
  return flights.add(due, 0, new StartedRequest({ ...facts, startedAtMs: 0 }))
}

/** Events: a request starts, some are given up, the n-th started one settles. */
const happening = fc.oneof(
  fc.record({ kind: fc.constant('start' as const) }),
  fc.record({ kind: fc.constant('give up' as const), upTo: fc.nat(50) }),
  fc.record({ kind: fc.constant('settle' as const), nth: fc.nat(50) }),
)

test('counts requests as running until they settle, and under way until they are answered or given up', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
      const flights = new InFlight()
      const started: Flight[] = []
      const settled = new Set<Flight>()
      const ended = new Set<Flight>()
      for (const happened of happenings) {
        if (happened.kind === 'start') started.push(start(flights, started.length))
        else if (happened.kind === 'give up') {
          for (const flight of flights) {
            if (flight.due.number >= happened.upTo) break
            expect(flights.end(flight)).toBe(true)
            ended.add(flight)
          }
        } else {
          const flight = started[happened.nth]
          if (flight === undefined) continue
          flights.settle(flight)
          settled.add(flight)
          expect(flights.end(flight)).toBe(!ended.has(flight))
          ended.add(flight)
        }
        expect(flights.running).toBe(started.length - settled.size)
        expect(flights.underWay).toBe(started.length - ended.size)
        expect(flights.givenUp).toBe([...ended].filter((flight) => !settled.has(flight)).length)
        expect([...flights]).toEqual(started.filter((flight) => !ended.has(flight)))
      }
    }),
  )
})
