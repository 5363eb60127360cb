import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { nowMs } from '../clock.ts'
import { generateLoad } from '../generator.ts'
import type { LoadPlan } from '../load-plan.ts'
import type { LoadProgress } from '../recording/load-recorder.ts'
import type { LoadResult } from '../result.ts'
import { generateUsers } from '../users/generate-users.ts'
import { users } from '../users/users.ts'
import { judgeFaults } from '../verdict/judge-faults.ts'
import { judgeMeasurement } from '../verdict/verdict.ts'
import { at, type Fault, type FaultContext } from './fault.ts'
import { FaultInjection, MOMENT_MS } from './fault-injection.ts'
import { loadResult } from '../testing/result-fixture.ts'

const load = (plan: Partial<LoadPlan>): Promise<LoadResult> =>
  generateLoad({
    arrivals: constant(200),
    durationMs: 400,
    operations: { answer: () => Promise.resolve() },
    ...plan,
  })

function faultOf(inject: (context: FaultContext) => unknown, label = 'a fault'): Fault {
  return { label, inject: inject as Fault['inject'] }
}

describe('a load with faults', () => {
  test('injects them in order of time, after the warm-up, and keeps record', async () => {
    const injected: string[] = []
    let warmUps = 0
    const note = (name: string, what?: string): Fault =>
      faultOf(async ({ begun }) => {
        injected.push(name)
        begun(what)
      }, name)
    const { faults } = await load({
      warmUpMs: 100,
      operations: { see: async ({ isWarmUp }) => void (warmUps += Number(isWarmUp)) },
      faults: [
        at('75%', note('third', 'node 3')),
        at(
          '0s',
          faultOf(() => {
            injected.push(`first, after warm-up: ${warmUps > 0}`)
          }, 'first'),
        ),
        at('200ms', note('second')),
      ],
    })
    expect(injected).toEqual(['first, after warm-up: true', 'second', 'third'])
    expect(faults).toMatchObject([
      { label: 'first', what: null, plannedAtMs: 0, state: 'injected' },
      { label: 'second', what: null, plannedAtMs: 200, state: 'injected' },
      { label: 'third', what: 'node 3', plannedAtMs: 300, state: 'injected' },
    ])
    for (const fault of faults) {
      if (fault.state !== 'injected') throw new Error(fault.state)
      expect(fault.fromMs).toBeGreaterThanOrEqual(fault.plannedAtMs - 1)
      // A busy machine takes longer than the moment that counts as none.
      const lastedMs = fault.toMs - fault.fromMs
      expect(lastedMs === 0 || lastedMs >= MOMENT_MS).toBe(true)
    }
  })

  test('tells a fault that lasts to mend, and waits for it before it asks what arrived', async () => {
    const events: string[] = []
    const lasting = faultOf(async ({ signal, begun }) => {
      begun('all')
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      await sleep(50)
      events.push('mended')
    })
    const { faults } = await load({
      operations: {
        send: {
          run: () => Promise.resolve(),
          deliveries: async () => {
            events.push('asked')
            return { kind: 'unknown', reason: 'nobody counts' }
          },
        },
      },
      faults: [at('50ms', lasting)],
    })
    expect(events).toEqual(['mended', 'asked'])
    expect(faults).toMatchObject([{ state: 'injected', what: 'all' }])
    const [fault] = faults
    expect(fault?.state === 'injected' && fault.toMs - fault.fromMs).toBeGreaterThan(200)
  })

  test.each<[string, (context: FaultContext) => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('no such node')
      },
      'no such node',
    ],
    ['rejects', () => Promise.reject(new Error('no such node')), 'no such node'],
    ['rejects with nothing', () => Promise.reject(), 'undefined'],
    [
      'breaks something, and is not mended',
      async ({ begun }) => {
        begun('node 2')
        throw new Error('it is still down')
      },
      'it is still down',
    ],
  ])('goes on when a fault %s, and is not to be trusted', async (_, inject, reason) => {
    const result = await load({ durationMs: 100, faults: [at('10%', faultOf(inject))] })
    expect(result.operations.get('answer')?.counts).toMatchObject({ planned: 20, ok: 20 })
    expect(result.faults).toMatchObject([{ state: 'failed', reason }])
    expect(judgeFaults(result)).toMatchObject([
      { message: expect.stringMatching(`"a fault" failed .*: ${reason}`) },
    ])
  })

  test('goes on when a fault returns no promise, or says nonsense', async () => {
    const nonsense = faultOf(({ begun }) => begun(7 as unknown as string))
    const { faults } = await load({
      faults: [
        at(
          '10%',
          faultOf(() => 7),
        ),
        at('20%', nonsense),
      ],
    })
    expect(faults).toMatchObject([
      { state: 'injected', what: null },
      { state: 'injected', what: '7' },
    ])
  })

  test('ends although a fault never does, and says so', async () => {
    const injection = new FaultInjection({
      faults: [
        at(
          '0s',
          faultOf(() => new Promise(() => {})),
        ),
      ],
      measureStartMs: nowMs(),
      durationMs: 1,
      isElsewhere: false,
      onInject: () => {},
    })
    injection.start()
    await sleep(20)
    await injection.end(30)
    expect(injection.records).toMatchObject([
      { state: 'failed', reason: expect.stringMatching(/^it was not over .* after the load had/) },
    ])
  })

  test('that is interrupted does not inject those that are not due yet', async () => {
    const controller = new AbortController()
    const seen: boolean[] = []
    const interrupting = faultOf(async ({ signal }) => {
      controller.abort()
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      seen.push(signal.aborted)
    })
    const never = faultOf(() => seen.push(false), 'never')
    const result = await load({
      durationMs: 60_000,
      signal: controller.signal,
      faults: [at('50ms', interrupting), at('50%', never)],
    })
    expect(seen).toEqual([true])
    expect(result.faults).toMatchObject([{ state: 'injected' }, { state: 'not reached' }])
    expect(result.isInterrupted).toBe(true)
    expect(judgeFaults(result)).toEqual([])
  })

  test('injects those that are due after the last request', async () => {
    const { faults, isInterrupted } = await load({
      arrivals: constant(2),
      faults: [
        at(
          '50%',
          faultOf(() => {}),
        ),
        at(
          '99.99%',
          faultOf(() => {}),
        ),
      ],
    })
    expect(faults).toMatchObject([{ state: 'injected' }, { state: 'injected' }])
    expect(isInterrupted).toBe(false)
  })

  test('that was ended after its last request, and before a fault was due, is interrupted', async () => {
    const controller = new AbortController()
    const interrupting = faultOf(() => controller.abort())
    const result = await load({
      arrivals: constant(0.1),
      durationMs: 5_000,
      signal: controller.signal,
      faults: [
        at('2%', interrupting),
        at(
          '50%',
          faultOf(() => {}),
        ),
      ],
    })
    expect(result.faults).toMatchObject([{ state: 'injected' }, { state: 'not reached' }])
    expect(result.isInterrupted).toBe(true)
    expect(judgeFaults(result)).toEqual([])
  })

  test('that ended by itself without injecting a fault is not to be trusted', () => {
    const planned = { label: 'kill Redis', what: null, plannedAtMs: 5_000 }
    const result = loadResult({ a: {} }, { faults: [{ ...planned, state: 'not reached' }] })
    expect(judgeMeasurement(result, [])).toMatchObject({
      kind: 'invalid',
      reasons: [{ message: expect.stringMatching(/"kill Redis" was not injected.* 5\.0 s$/) }],
    })
    const elsewhere = loadResult({ a: {} }, { faults: [{ ...planned, state: 'elsewhere' }] })
    expect(judgeMeasurement(elsewhere, [])).toEqual({ kind: 'valid' })
  })

  test('is one shard of several: only the first injects them', async () => {
    let injected = 0
    const faults = [
      at(
        '10%',
        faultOf(() => injected++),
      ),
    ]
    const second = await load({ faults, shard: { index: 1, of: 2 } })
    expect(injected).toBe(0)
    expect(second.faults).toMatchObject([{ state: 'elsewhere', plannedAtMs: 40 }])
    await load({ faults, shard: { index: 0, of: 2 } })
    expect(injected).toBe(1)
  })

  test('is one shard of several: each injects those that say so', async () => {
    const watched = { ...faultOf(({ begun }) => begun('node 2')), isInEveryShard: true }
    const { faults } = await load({ faults: [at('10%', watched)], shard: { index: 1, of: 2 } })
    expect(faults).toMatchObject([{ state: 'injected', what: 'node 2', plannedAtMs: 40 }])
  })

  test.each([
    ['since then', 50, 50],
    ['but not before it was due', 10_000, 90],
    ['from its notice on, if that is nonsense', NaN, 0],
  ])('counts a fault that is noticed late %s', async (_, agoMs, atLeastMs) => {
    const late = faultOf(async ({ begun }) => {
      await sleep(100)
      begun('node 2', agoMs)
    })
    const { faults } = await load({ faults: [at('10%', late)] })
    const [fault] = faults
    if (fault?.state !== 'injected') throw new Error(fault?.state)
    expect(fault.fromMs).toBeGreaterThanOrEqual(fault.plannedAtMs - 1)
    expect(fault.toMs - fault.fromMs).toBeGreaterThanOrEqual(atLeastMs)
  })

  test('is a load of users as well', async () => {
    const { faults } = await generateUsers({
      users: users(2, { thinkTime: '10ms' }),
      session: { steps: { look: () => Promise.resolve() } },
      durationMs: 200,
      faults: [
        at(
          '50%',
          faultOf(({ begun }) => begun()),
        ),
      ],
    })
    expect(faults).toMatchObject([{ state: 'injected', plannedAtMs: 100 }])
  })

  test('tells those who watch what is broken', async () => {
    const told: LoadProgress['faults'][] = []
    const long = faultOf(async ({ signal, begun }) => {
      begun('node 2')
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    }, 'long')
    await load({
      durationMs: 1_200,
      onProgress: (progress) => told.push(progress.faults),
      faults: [
        at(
          '1s',
          faultOf(() => {}, 'late'),
        ),
        at('100ms', long),
      ],
    })
    expect(told[0]).toMatchObject([
      { label: 'long', what: 'node 2', state: 'on' },
      { label: 'late', state: 'planned' },
    ])
  })
})
