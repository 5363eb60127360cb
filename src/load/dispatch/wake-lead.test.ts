import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { WakeLead } from './wake-lead.ts'

/** A lead that has seen wake-ups which took `tookMs`, `gapMs` apart. */
function leadAfter(tookMs: readonly number[], gapMs: number): WakeLead {
  const lead = new WakeLead()
  for (const [i, ms] of tookMs.entries()) lead.woken(i * gapMs, i * gapMs + ms)
  return lead
}

const EVERY_8TH_SLOW = Array.from({ length: 64 }, (_, i) => (i % 8 === 0 ? 0.2 : 0.05))

test('at a low rate, even slow wake-ups are in time', () => {
  expect(leadAfter(EVERY_8TH_SLOW, 10).ms).toBeCloseTo(0.2)
})

test('at a high rate, the lead is about the median wake-up', () => {
  expect(leadAfter(EVERY_8TH_SLOW, 0.1).ms).toBeCloseTo(0.05 - 0.005 + 0.0025)
})

test('a single slow wake-up does not change the lead', () => {
  const tookMs = Array.from({ length: 64 }, (_, i) => (i === 40 ? 5 : 0.05))
  expect(leadAfter(tookMs, 10).ms).toBeCloseTo(0.05)
})

test('the lead follows wake-ups that become slower or faster', () => {
  const slow = Array.from({ length: 64 }, () => 0.3)
  const fast = Array.from({ length: 64 }, () => 0.02)
  expect(leadAfter([...fast, ...slow], 10).ms).toBeCloseTo(0.3)
  expect(leadAfter([...slow, ...fast], 10).ms).toBeCloseTo(0.02)
})

test('forgets a lead that leaves no time to sleep', () => {
  const lead = leadAfter(
    Array.from({ length: 64 }, () => 0.3),
    0.3,
  )
  const lastMs = 63 * 0.3
  const learnt = lead.ms
  lead.awake(lastMs + 50)
  expect(lead.ms).toBe(learnt)
  lead.awake(lastMs + 101)
  expect(lead.ms).toBe(new WakeLead().ms)
})

test('the lead stays between 0 and 1 ms', () => {
  const took = fc.array(fc.double({ min: -1, max: 1_000, noNaN: true }), { maxLength: 200 })
  fc.assert(
    fc.property(took, fc.double({ min: 0, max: 100, noNaN: true }), (tookMs, gapMs) => {
      const { ms } = leadAfter(tookMs, gapMs)
      expect(ms).toBeGreaterThanOrEqual(0)
      expect(ms).toBeLessThanOrEqual(1)
    }),
  )
})
