import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EventLoopBudget } from './event-loop-budget.ts'
import { type Lane, lanesOf, lanesOfTargets, nextPiece, type Piece } from './lanes.ts'
import type { DeliveryTarget } from './messenger.ts'
import { bitmapOf } from './targets/bitmap.ts'
import { countOf, forEachNumber, type Ranges, rangesOf } from './targets/ranges.ts'
import { numberOf, TargetSet } from './targets/target-set.ts'

const budget = new EventLoopBudget(1)
const GATEWAYS = ['a', 'b', null] as const
const target: fc.Arbitrary<DeliveryTarget> = fc.record({
  identity: fc.nat({ max: 300 }).map((at) => `id-${'é'.repeat(at % 7)}${at}`),
  gateway: fc.constantFrom<string | null>(...GATEWAYS),
})
const targetSet = fc.array(target, { maxLength: 200 }).map((targets) => TargetSet.of(targets))

/** One way to take from a piece. */
type Taking =
  | { readonly how: 'one' }
  | { readonly how: 'all' }
  | { readonly how: 'batch'; readonly room: number; readonly payloadBytes: number }
  | { readonly how: 'those'; readonly held: Ranges; readonly maxRanges: number }

const taking: fc.Arbitrary<Taking> = fc.oneof(
  fc.record({ how: fc.constant('one' as const) }),
  fc.record({
    how: fc.constant('batch' as const),
    room: fc.nat({ max: 400 }),
    payloadBytes: fc.nat({ max: 400 }),
  }),
  fc.record({
    how: fc.constant('those' as const),
    held: fc.uniqueArray(fc.nat({ max: 250 })).map((slots) => rangesOf(slots)),
    maxRanges: fc.constantFrom(0, 1, 2, 5, Infinity),
  }),
  fc.record({ how: fc.constant('all' as const) }),
)

function take(piece: Piece, way: Taking): Ranges {
  if (way.how === 'one') return piece.takeOne()
  if (way.how === 'all') return piece.takeAll()
  if (way.how === 'those') {
    const slots = piece.takeThose(bitmapOf(way.held), way.maxRanges)
    expect(slots.length / 2).toBeLessThanOrEqual(way.maxRanges)
    forEachNumber(slots, (slot) => {
      const isHeld = way.held.some((first, at) => {
        return at % 2 === 0 && first <= slot && slot <= (way.held[at + 1] ?? -1)
      })
      expect(isHeld).toBe(true)
    })
    return slots
  }
  const { slots, names } = piece.takeBatch(way.room, way.payloadBytes)
  if (names.length === 0) {
    // The name didn't fit; it is taken nevertheless, so nothing waits for it.
    expect(countOf(slots)).toBe(1)
    return slots
  }
  expect(Buffer.byteLength(names.join('\n'))).toBeLessThanOrEqual(way.room)
  const wanted: (string | undefined)[] = []
  forEachNumber(slots, (slot) => wanted.push(piece.table.names[slot]))
  expect(names).toEqual(wanted)
  return slots
}

/** Takes everything from lanes in the given ways, then the rest; returns the numbers in order. */
function takeAll(lanes: readonly Lane[], ways: readonly Taking[]): number[] {
  const taken: number[] = []
  let turn = 0
  for (const lane of lanes) {
    for (let piece = nextPiece(lane); piece !== undefined; piece = nextPiece(lane)) {
      const way = ways[turn % (ways.length + 1)] ?? { how: 'one' }
      turn += 1
      const { part, first } = piece
      const slots = take(piece, way)
      if (way.how === 'one') expect(piece.table.names[slots[0] ?? -1]).toBe(first)
      forEachNumber(slots, (slot) => taken.push(numberOf(part, slot)))
    }
  }
  return taken
}

function inOrder(numbers: Iterable<number>): readonly number[] {
  return [...numbers].sort((a, b) => a - b)
}

describe('lanes', () => {
  test('yield every target exactly once, whatever the order of takes', async () => {
    await fc.assert(
      fc.asyncProperty(targetSet, fc.array(taking, { maxLength: 8 }), async (targets, ways) => {
        const before = [...targets]
        const taken = takeAll(await lanesOf(targets, budget), ways)
        expect(inOrder(taken)).toEqual(before.map(({ number }) => number))
        expect([...targets]).toEqual(before)
      }),
    )
  })

  test('number one per gateway, plus one for targets without a gateway', async () => {
    await fc.assert(
      fc.asyncProperty(targetSet, async (targets) => {
        const lanes = await lanesOf(targets, budget)
        const gateways = lanes.map(({ gateway }) => gateway)
        expect(new Set(gateways).size).toBe(lanes.length)
        expect(new Set(gateways)).toEqual(new Set([...targets].map(({ gateway }) => gateway)))
        for (const { gateway, pieces } of lanes) {
          for (const { table, byName } of pieces) {
            expect([table.gateway, byName]).toEqual([gateway, false])
          }
        }
      }),
    )
  })

  test('lanes of some targets contain exactly these at their new gateways, earlier groups first', () => {
    const place = fc.record({
      group: fc.constantFrom<0 | 1 | null>(0, 1, null),
      gateway: fc.constantFrom<string | null>(...GATEWAYS, 'c'),
    })
    fc.assert(
      fc.property(targetSet, fc.infiniteStream(place), fc.array(taking), (targets, draws, ways) => {
        const moved = [...targets].map((each) => {
          const { group, gateway } = draws.next().value ?? { group: null, gateway: null }
          return { ...each, group, gateway }
        })
        const groups = [0, 1].map((wanted) => moved.filter(({ group }) => group === wanted))
        const lanes = lanesOfTargets(targets, groups)
        const gatewayOf = new Map(moved.map(({ number, gateway }) => [number, gateway]))
        const groupOf = new Map(moved.map(({ number, group }) => [number, group ?? 2]))
        const taken = lanes.flatMap((lane) => {
          for (const { byName, table } of lane.pieces) {
            expect(byName).toBe(table.gateway !== lane.gateway)
          }
          const own = takeAll(
            [lane],
            ways.filter(({ how }) => how !== 'those'),
          )
          expect(own.map((number) => gatewayOf.get(number))).toEqual(own.map(() => lane.gateway))
          const order = own.map((number) => groupOf.get(number) ?? 2)
          expect(order).toEqual(inOrder(order))
          return own
        })
        expect(inOrder(taken)).toEqual(inOrder(groups.flat().map(({ number }) => number)))
      }),
    )
  })

  test('a batch of names ends before a name that would break the list', async () => {
    const targets = TargetSet.of(
      ['x', 'a\nb', 'y', ''].map((identity) => ({ identity, gateway: 'a' })),
    )
    const [lane] = await lanesOf(targets, budget)
    const [piece] = lane?.pieces ?? []
    const batches = Array.from({ length: 4 }, () => piece?.takeBatch(1_000, 0))
    expect(batches.map((batch) => batch?.names)).toEqual([['x'], [], ['y'], []])
    expect(batches.map((batch) => batch?.slots)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect(piece?.isEmpty).toBe(true)
    expect([
      piece?.takeOne(),
      piece?.takeAll(),
      piece?.takeThose(new Uint32Array(9).fill(-1)),
    ]).toEqual([[], [], []])
  })
})
