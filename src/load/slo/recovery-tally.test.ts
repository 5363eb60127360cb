import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Disturbance } from '../faults/fault-injection.ts'
import { RecoveryTally, type JudgedWindow } from './recovery-tally.ts'
import type { SloOutcome } from './slo-row.ts'

const START_MS = 50_000

const fault = (sinceMs: number, more: Partial<Disturbance> = {}): Disturbance => ({
  plannedAtMs: sinceMs,
  sinceMs: START_MS + sinceMs,
  begunMs: START_MS + sinceMs,
  isFailed: false,
  ...more,
})

/** @param outcomes of windows of 1 s: `.` met, `x` missed, `?` inconclusive. */
function recoveryOf(
  outcomes: string,
  faults: readonly Disturbance[],
  { recoveryMs = 5_000, order = (windows: JudgedWindow[]) => windows } = {},
) {
  const tally = new RecoveryTally(
    {
      kind: 'recovery',
      operation: null,
      everyMs: 1_000,
      abortAfterMs: null,
      isDefault: false,
      recoveryMs,
    },
    1_000,
    { operations: ['register'], measureStartMs: START_MS, disturbances: () => faults },
  )
  const words: Record<string, SloOutcome> = { '.': 'met', x: 'missed', '?': 'inconclusive' }
  const windows = outcomes.split('').map((letter, index) => ({
    fromMs: index * 1_000,
    untilMs: (index + 1) * 1_000,
    outcome: words[letter] ?? 'met',
  }))
  for (const window of order(windows)) tally.add(window)
  return tally.row()
}

describe('The recovery from a fault', () => {
  test.for<[string, readonly Disturbance[], number | null, SloOutcome]>([
    // No window missed: nothing to recover from.
    ['..........', [fault(2_500)], 0, 'met'],
    ['..xx......', [fault(2_500)], 1_500, 'met'],
    // Until every window is met, not the first.
    ['..x.x.....', [fault(2_500)], 2_500, 'met'],
    ['..xxxxxxx.', [fault(2_500)], 6_500, 'missed'],
    // A window that was missed before is another bound's affair.
    ['x...x.....', [fault(4_000)], 1_000, 'met'],
    // The longest of several.
    ['.x..xx....', [fault(1_000), fault(4_000)], 2_000, 'met'],
    // Down from the kill to the start: one outage, though each part is short.
    ['.xxxxxxx..', [fault(1_000), fault(4_000)], 7_000, 'missed'],
    ['.xx.xxxx..', [fault(1_000), fault(4_000)], 4_000, 'met'],
    // Missed at the end: how long it would have taken is unknown.
    ['........xx', [fault(8_500)], 1_500, 'inconclusive'],
    ['.xxxxxxxxx', [fault(1_500)], 8_500, 'missed'],
    // Windows that only the generator missed can't make it late, nor prove it in time.
    ['..x???????', [fault(2_500)], 7_500, 'inconclusive'],
    ['..x?......', [fault(2_500)], 1_500, 'met'],
    // No window after it: that of the fault may have been met before it came.
    ['..........', [fault(9_900)], 0, 'inconclusive'],
    ['..x.......', [fault(2_500), fault(9_900)], 500, 'inconclusive'],
    ['..........', [fault(8_900)], 0, 'met'],
    // A fault that could not be injected proves nothing.
    ['..x.......', [fault(2_500, { isFailed: true })], 500, 'inconclusive'],
    // It began later than its injection did.
    ['...xx.....', [fault(2_500, { begunMs: START_MS + 3_500 })], 1_500, 'met'],
    // It was noticed late, when its effects were over.
    ['..x.......', [fault(500, { begunMs: START_MS + 6_500 })], 1_000, 'met'],
    ['xxx.......', [fault(500, { begunMs: START_MS + 6_500 })], 2_500, 'met'],
    ['..x...x...', [fault(500, { begunMs: START_MS + 6_500 })], 5_000, 'met'],
    ['..........', [], null, 'inconclusive'],
    ['', [fault(0)], null, 'inconclusive'],
  ])('%s takes %s', ([outcomes, faults, measured, outcome]) => {
    expect(recoveryOf(outcomes, faults)).toMatchObject({
      metric: 'recovery',
      unit: 'ms',
      comparison: '<=',
      bound: 5_000,
      measured,
      outcome,
    })
  })

  const outcomes = fc.string({ unit: fc.constantFrom('.', 'x', '?'), minLength: 1, maxLength: 20 })
  const times = fc.uniqueArray(fc.nat(19_999), { minLength: 1, maxLength: 4 })
  const faultsAt = (sinceMs: readonly number[]) =>
    sinceMs.toSorted((a, b) => a - b).map((ms) => fault(ms))

  test('does not depend on the order in which windows are judged', () => {
    fc.assert(
      fc.property(outcomes, times, (text, sinceMs) => {
        const faults = faultsAt(sinceMs)
        const reversed = recoveryOf(text, faults, { order: (windows) => windows.toReversed() })
        expect(reversed).toEqual(recoveryOf(text, faults))
      }),
    )
  })

  test('is never shorter for another missed window, and never met for it if it was not', () => {
    fc.assert(
      fc.property(outcomes, times, fc.nat(19), (text, sinceMs, at) => {
        const index = at % text.length
        const worse = `${text.slice(0, index)}x${text.slice(index + 1)}`
        const [before, after] = [text, worse].map((one) => recoveryOf(one, faultsAt(sinceMs)))
        expect(after?.measured ?? 0).toBeGreaterThanOrEqual(before?.measured ?? 0)
        if (before?.outcome !== 'met') expect(after?.outcome).not.toBe('met')
      }),
    )
  })
})
