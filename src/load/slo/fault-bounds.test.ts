import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { at } from '../faults/fault.ts'
import { generateLoad } from '../generator.ts'
import type { LoadPlan } from '../load-plan.ts'
import type { Losses } from '../recording/losses.ts'
import { judgeSlo } from './judge-slo.ts'
import { readSlo, type Slos } from './slo.ts'

const plan = (more: Partial<LoadPlan> = {}): LoadPlan => ({
  operations: { call: () => Promise.resolve() },
  arrivals: constant(100),
  durationMs: 1_200,
  dispatch: 'timer',
  ...more,
})

/** A system that fails for a while once it was broken. */
function breakable(): { call: () => Promise<void>; break: () => Promise<void>; mend: () => void } {
  let isBroken = false
  return {
    call: async () => {
      if (isBroken) throw new Error('broken')
    },
    break: async () => {
      isBroken = true
    },
    mend: () => {
      isBroken = false
    },
  }
}

describe('A load with a fault', () => {
  test('is judged by its recovery: windows missed after the fault are excused, and tell how long it took', async () => {
    const system = breakable()
    const slo: Slos = { every: '100ms', successRate: 0.5, recovery: '800ms' }
    const inject = async (): Promise<void> => {
      await system.break()
      setTimeout(() => system.mend(), 150)
    }
    const result = await generateLoad(
      plan({
        operations: { call: system.call },
        faults: [at('25%', { label: 'break', inject })],
        slo,
      }),
    )

    const rows = new Map(judgeSlo(result, readSlo(slo)).map((row) => [row.metric, row]))
    expect([...rows.values()].map(({ outcome }) => outcome)).toEqual(['met', 'met'])
    expect(rows.get('recovery')?.measured).toBeGreaterThan(0)
    // The windows that the fault made miss are not among those that count.
    expect(rows.get('success rate')?.windows).toMatchObject({ missed: 0 })
  })

  test('may miss a bound that has time to recover, and no other with the same limit', async () => {
    const system = breakable()
    const inject = async (): Promise<void> => {
      await system.break()
      setTimeout(() => system.mend(), 150)
    }
    const bound = { every: '100ms', successRate: 0.5 } as const
    const slo: Slos = [bound, { ...bound, recovery: '800ms' }]
    const faults = [at('25%', { label: 'break', inject })]
    const result = await generateLoad(plan({ operations: { call: system.call }, faults, slo }))
    const rows = judgeSlo(result, readSlo(slo)).filter(({ metric }) => metric === 'success rate')
    expect(rows.map(({ outcome, windows }) => [outcome, windows?.recoveryMs])).toEqual([
      ['missed', undefined],
      ['met', 800],
    ])
  })

  test('that ends before a whole window after its fault proves no recovery', async () => {
    const slo: Slos = { every: '100ms', successRate: 0.5, recovery: '300ms' }
    const faults = [at('99%', { label: 'nothing', inject: async () => {} })]
    const result = await generateLoad(plan({ durationMs: 500, faults, slo }))
    const recovery = judgeSlo(result, readSlo(slo)).find(({ metric }) => metric === 'recovery')
    expect(recovery).toMatchObject({
      outcome: 'inconclusive',
      reason: 'the load ended before a whole window after the last fault',
    })
  })

  test('that has not recovered by its end has not met the bound', async () => {
    const system = breakable()
    const slo: Slos = { every: '100ms', successRate: 0.5, recovery: '300ms' }
    const result = await generateLoad(
      plan({
        operations: { call: system.call },
        faults: [at('25%', { label: 'break', inject: system.break })],
        slo,
      }),
    )
    const rows = judgeSlo(result, readSlo(slo))
    expect(rows.map(({ metric, outcome }) => [metric, outcome])).toEqual(
      expect.arrayContaining([
        ['recovery', 'missed'],
        ['success rate', 'missed'],
      ]),
    )
  })

  test('does not miss a window before it by requests that were under way', async () => {
    let isBroken = false
    const call = async (): Promise<void> => {
      await sleep(50)
      if (isBroken) throw new Error('broken')
    }
    const slo: Slos = { every: '100ms', successRate: 0.9, recovery: '500ms' }
    const inject = async (): Promise<void> => {
      isBroken = true
      setTimeout(() => (isBroken = false), 100)
    }
    // Half of the requests of the window before are under way.
    const faults = [at('610ms', { label: 'break', inject })]
    const result = await generateLoad(plan({ operations: { call }, faults, slo }))
    expect(judgeSlo(result, readSlo(slo))).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ metric: 'recovery', outcome: 'met' }),
        expect.objectContaining({ metric: 'success rate', outcome: 'met' }),
      ]),
    )
  })

  test('has no bound met by what never happened: no promise, and no request', async () => {
    const losses = { ...lossesOf(0), promised: 0 }
    const rare = { weight: 1e-9, run: () => Promise.resolve(), losses: async () => losses }
    const slo = { lost: 0, operations: { rare: { unavailable: '1m' } } } as const
    const operations = { call: () => Promise.resolve(), rare }
    const result = await generateLoad(plan({ durationMs: 100, operations, slo }))
    const rows = judgeSlo(result, readSlo(slo))
    expect(rows.map(({ outcome, measured }) => [outcome, measured])).toEqual([
      ['inconclusive', null],
      ['inconclusive', null],
    ])
  })

  test.for<[Losses, string]>([
    [lossesOf(0), 'met'],
    [lossesOf(1), 'missed'],
    [{ kind: 'unknown', reason: 'nobody answers' }, 'inconclusive'],
  ])('loses %j: lost: 0 is %s', async ([losses, outcome]) => {
    const slo = { lost: 0 }
    const operation = { run: () => Promise.resolve(), losses: () => Promise.resolve(losses) }
    const result = await generateLoad(
      plan({ durationMs: 100, operations: { call: operation }, slo }),
    )
    expect(judgeSlo(result, readSlo(slo))).toMatchObject([{ metric: 'lost', bound: 0, outcome }])
  })

  test('has a longest stretch without a success', async () => {
    const system = breakable()
    await system.break()
    const slo = { unavailable: '10ms', operations: { call: { unavailable: '1m' } } } as const
    const result = await generateLoad(
      plan({ durationMs: 400, operations: { call: system.call }, slo }),
    )
    expect(judgeSlo(result, readSlo(slo)).map(({ bound, outcome }) => [bound, outcome])).toEqual([
      [10, 'missed'],
      [60_000, 'met'],
    ])
  })
})

describe('Before a load starts', () => {
  test.for<[string, Slos]>([
    ['recovery: it is the time until every window', { successRate: 0.9, recovery: '1s' }],
    ['shorter than a window', { every: '5s', successRate: 0.9, recovery: '1s' }],
    ['no faults to recover from', { every: '1s', successRate: 0.9, recovery: '5s' }],
    ['promises of this load are not checked', { lost: 0 }],
    ['not a duration', { unavailable: 'soon' as '3s' }],
    ['lost: ', { lost: -1 }],
    ['every request takes longer than 0s', { unavailable: '0s' }],
    ["can't be judged per window", { every: '1s', unavailable: '3s' }],
    ["can't be judged per window", { every: '1s', lost: 0 }],
  ])('says what is wrong: %s', async ([text, slo]) => {
    await expect(generateLoad(plan({ slo }))).rejects.toThrow(text)
  })
})

function lossesOf(lost: number): Losses {
  return {
    kind: 'known',
    of: 'registrations',
    promised: 10,
    lost,
    duplicates: null,
    examples: ['user-1'].slice(0, lost),
  }
}
