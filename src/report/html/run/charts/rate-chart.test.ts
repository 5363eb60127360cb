import { expect, test } from 'vitest'
import { intervalOf } from '../../../../load/testing/result-fixture.ts'
import { planSlots, slotsOf } from '../slots.ts'
import { rateChart } from './rate-chart.ts'

/** The rates of successes, of a load of 50/s that ended in the middle of its second 1. */
function okRates(ok: readonly number[]): readonly (number | null)[] {
  const started = [50, 25, 0]
  const intervals = ok.map((count, second) =>
    intervalOf({ second, started: started[second] ?? 0, ok: count }),
  )
  const slots = slotsOf(intervals, 'a', planSlots(intervals, 1_500))
  const chart = rateChart({ id: 'rate', operation: 'a', startMs: 0, slots, marks: [] })
  return chart.series.find(({ label }) => label === 'ok')?.values ?? []
}

test('a second cut short by the end of the load is no dip', () => {
  expect(okRates([48, 24])).toEqual([48, 48])
})

test('answers to earlier requests fill the whole of that second', () => {
  expect(okRates([10, 50, 15])).toEqual([10, 50, 15])
})
