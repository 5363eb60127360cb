import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawsOf } from './request-draws.ts'

test('draws the same whole numbers below the limit each time', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      fc.array(fc.integer({ min: 1, max: 2 ** 31 }), { minLength: 1, maxLength: 5 }),
      (number, belows) => {
        const drawn = belows.map(drawsOf(number))
        for (const [index, value] of drawn.entries()) {
          expect(Number.isInteger(value) && value >= 0).toBe(true)
          expect(value).toBeLessThan(belows[index] ?? 0)
        }
        expect(belows.map(drawsOf(number))).toEqual(drawn)
      },
    ),
  )
})

test('choices are independent of each other and of the request number', () => {
  const requests = 100_000
  const pairs = { 'kind and worker': new Map(), 'remainder and worker': new Map() }
  for (let number = 0; number < requests; number++) {
    const draw = drawsOf(number)
    const kind = draw(10)
    const worker = draw(100)
    count(pairs['kind and worker'], `${kind} ${worker}`)
    count(pairs['remainder and worker'], `${number % 10} ${worker}`)
  }
  for (const counts of Object.values(pairs)) {
    expect(counts.size).toBe(1_000)
    // 100 are expected of each pair; six standard deviations are 60.
    expect(Math.min(...counts.values())).toBeGreaterThan(40)
    expect(Math.max(...counts.values())).toBeLessThan(160)
  }
})

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
