import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Barrier, type BarrierEnd, type Party } from './barrier.ts'
import type { BarrierMessage } from './barrier-message.ts'

/** Parties and a network with delays, in simulated time. */
interface Simulated {
  readonly party: Partial<Party> & Pick<Party, 'shard'>
  /** When it is ready, in ms. */
  readonly joinsMs?: number
  /** When it is killed. */
  readonly diesMs?: number
  /** How late messages reach it. */
  readonly delayMs?: number
}

interface Ended {
  readonly end: BarrierEnd | null
  readonly endedMs: number
}

const TICK_MS = 50
const FACTS = { 'the commit': 'abc1234' }

/** @param forged messages that somebody else sends after a second. */
function simulate(
  of: number,
  parties: readonly Simulated[],
  { forMs = 60_000, forged = [] as readonly BarrierMessage[] } = {},
): readonly Ended[] {
  const barriers: (Barrier | null)[] = parties.map(() => null)
  const ended: Ended[] = parties.map(() => ({ end: null, endedMs: 0 }))
  const queue: { readonly atMs: number; readonly to: number; readonly message: BarrierMessage }[] =
    []
  const isUp = (index: number, nowMs: number): boolean =>
    nowMs < (parties[index]?.diesMs ?? Infinity) && ended[index]?.end === null
  const send = (messages: readonly BarrierMessage[], nowMs: number): void => {
    for (const message of messages) {
      for (const [to, { delayMs = 1 }] of parties.entries()) {
        queue.push({ atMs: nowMs + delayMs, to, message })
      }
    }
  }
  for (let nowMs = 0; nowMs < forMs; nowMs++) {
    if (nowMs === 1_000) send(forged, nowMs)
    const due = queue.filter(({ atMs }) => atMs <= nowMs)
    queue.splice(0, queue.length, ...queue.filter(({ atMs }) => atMs > nowMs))
    for (const { to, message } of due) if (isUp(to, nowMs)) barriers[to]?.receive(message, nowMs)
    for (const [index, { party, joinsMs = 0 }] of parties.entries()) {
      if (nowMs < joinsMs || !isUp(index, nowMs)) continue
      const whole = { of, instance: `instance-${index}`, facts: FACTS, readyWithinMs: 20_000 }
      const barrier = (barriers[index] ??= new Barrier(
        { ...whole, ...party },
        nowMs,
        () => 'run-id-1',
      ))
      if (nowMs % TICK_MS === 0 || due.some(({ to }) => to === index)) {
        send(barrier.tick(nowMs), nowMs)
      }
      if (barrier.end !== null) ended[index] = { end: barrier.end, endedMs: nowMs }
    }
    if (ended.every(({ end }) => end !== null)) break
  }
  return ended
}

function reasonsOf(ended: readonly Ended[]): readonly string[] {
  return ended.map(({ end }) => (end?.kind === 'failed' ? end.reason : String(end?.kind)))
}

test('all start together, within the skew that they are told, whenever each is ready', () => {
  const party = fc.record({
    joinsMs: fc.integer({ min: 0, max: 15_000 }),
    delayMs: fc.integer({ min: 1, max: 900 }),
  })
  fc.assert(
    fc.property(fc.array(party, { minLength: 1, maxLength: 5 }), (times) => {
      const parties = times.map((time, index) => ({ ...time, party: { shard: index + 1 } }))
      const ends = simulate(parties.length, parties).map(({ end }) => end)
      const starts = ends.map((end) => (end?.kind === 'start' ? end : null))
      expect(starts).not.toContain(null)
      const startsMs = starts.map((start) => start?.startMs ?? 0)
      const lastReadyMs = Math.max(...times.map(({ joinsMs }) => joinsMs))
      expect(Math.min(...startsMs)).toBeGreaterThan(lastReadyMs)
      expect(Math.max(...startsMs) - Math.min(...startsMs)).toBeLessThanOrEqual(
        starts[0]?.skewMs ?? -1,
      )
      expect(new Set(starts.map((start) => start?.id)).size).toBe(1)
    }),
    { numRuns: 20 },
  )
})

test('shards that never come end all with one reason, which names them', () => {
  const ended = simulate(5, [
    { party: { shard: 1 } },
    { party: { shard: 2 }, joinsMs: 5_000 },
    { party: { shard: 4 } },
  ])
  const [reason] = reasonsOf(ended)
  expect(reason).toMatch(/^Shards 3 and 5 of 5 were not ready within 20 s, so none starts\./)
  expect(new Set(reasonsOf(ended))).toEqual(new Set([reason]))
})

test('shard 1 may be the one that is missing', () => {
  const ended = simulate(2, [{ party: { shard: 2 } }])
  expect(reasonsOf(ended)).toEqual([expect.stringMatching(/^Shard 1 of 2 was not ready/)])
})

test('a shard that was ready and dies ends all', () => {
  const ended = simulate(3, [
    { party: { shard: 1 } },
    { party: { shard: 2 }, diesMs: 3_000 },
    { party: { shard: 3 }, joinsMs: 19_000 },
  ])
  expect(reasonsOf(ended)[0]).toMatch(/^Shard 2 of 3 was ready, and then left/)
  // It heard nothing of shard 2, and is told by nobody: it came when all others had ended.
  expect(reasonsOf(ended)[2]).toMatch(
    /^Shards 1 and 2 of 3 were not ready|was ready, and then left/,
  )
})

test.each([
  ['another shard', 2],
  ['shard 1', 1],
])('%s that dies between ready and start keeps all from starting', (_who, dying) => {
  const parties = [1, 2, 3].map((shard) => ({
    party: { shard },
    ...(shard === 3 ? { joinsMs: 5_000 } : {}),
    ...(shard === dying ? { diesMs: 5_001 } : {}),
  }))
  const ended = simulate(3, parties)
  const living = reasonsOf(ended.filter((_, index) => index + 1 !== dying))
  expect(living.map((reason) => reason.slice(0, 7))).toEqual(
    ['Shard 1', 'Shard 1'].map((text) => (dying === 1 ? text : 'Shard 2')),
  )
})

test('a shard that is there twice ends all', () => {
  const ended = simulate(3, [
    { party: { shard: 1 } },
    { party: { shard: 2 } },
    { party: { shard: 2 }, joinsMs: 2_010 },
  ])
  for (const reason of reasonsOf(ended)) expect(reason).toMatch(/^Shard 2 of 3 is there twice/)
})

test.each([
  ['another commit', { facts: { 'the commit': 'def5678' } }, /the commit is/],
  ['a fact more', { facts: { ...FACTS, 'the load': 'x' } }, /the load is/],
])('%s ends all, and is named', (_, other, message) => {
  const ended = simulate(2, [
    { party: { shard: 1 } },
    { party: { shard: 2, ...other }, joinsMs: 2_010 },
  ])
  for (const reason of reasonsOf(ended)) expect(reason).toMatch(message)
})

test('strangers neither start nor stop it', () => {
  const instance = 'a-stranger'
  const forged: BarrierMessage[] = [
    { kind: 'go', instance, id: 'forged-id', inMs: 1 },
    { kind: 'confirmed', instance, id: 'forged-id', skewMs: 0 },
    { kind: 'stop', instance, reason: 'Because.' },
    { kind: 'ready', instance, shard: 9, facts: FACTS },
    // Known, but not shard 1.
    { kind: 'go', instance: 'instance-1', id: 'forged-id', inMs: 1 },
  ]
  const parties = [
    { party: { shard: 1 } },
    { party: { shard: 2 } },
    { party: { shard: 3 }, joinsMs: 5_000 },
  ]
  const ended = simulate(3, parties, { forged })
  for (const { end } of ended) expect(end).toMatchObject({ kind: 'start', id: 'run-id-1' })
})
