import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NameNumbering } from './name-numbering.ts'
import { heldBytes } from './testing/held-bytes.ts'

/** The overhead of a name as estimated by the numbering. */
const NAME_BYTES = 64

type Step =
  | { readonly what: 'number' | 'delete'; readonly name: string }
  | { readonly what: 'set'; readonly name: string; readonly index: number }

const name = fc.nat({ max: 60 }).map((at) => `${'x'.repeat(at % 9)}${at}`)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ what: fc.constant('number' as const), name }),
  fc.record({ what: fc.constant('delete' as const), name }),
  fc.record({ what: fc.constant('set' as const), name, index: fc.nat() }),
)

describe('names by number', () => {
  test('have the same values as in a plain map, and keep their numbers within a generation', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.nat({ max: 2_000 }), (steps, maxIdle) => {
        const numbering = new NameNumbering<{ readonly at: number }>(maxIdle)
        const model = new Map<string, { value: { at: number }; index: number }>()
        let numbers = new Map<string, number>()
        let { generation, names } = numbering
        for (const [at, each] of steps.entries()) {
          if (each.what === 'set') {
            const value = { at }
            numbering.set(each.name, value, each.index)
            model.set(each.name, { value, index: each.index })
          } else if (each.what === 'delete') {
            expect(numbering.delete(each.name)).toBe(model.delete(each.name))
          } else {
            const number = numbering.numberOf(each.name)
            expect(numbering.names[number]).toBe(each.name)
            const value = numbering.valueOf(number)
            expect(value).toBe(model.get(each.name)?.value)
            if (value !== undefined) {
              expect(numbering.indexOf(number)).toBe(model.get(each.name)?.index)
            }
            if (numbering.generation === generation) {
              expect(number).toBe(numbers.get(each.name) ?? number)
              numbers.set(each.name, number)
            }
          }
          if (numbering.generation !== generation) {
            expect(numbering.names).not.toBe(names)
            numbers = new Map()
            ;({ generation, names } = numbering)
          }
          for (const [known, number] of numbers) expect(names[number]).toBe(known)
          for (const [known, wanted] of model) expect(numbering.get(known)).toEqual(wanted)
        }
      }),
    )
  })

  test('without a value use at most the given memory, or are a single one', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.nat({ max: 1_000 }), (steps, maxIdle) => {
        const numbering = new NameNumbering<number>(maxIdle)
        for (const each of steps) {
          if (each.what === 'set') numbering.set(each.name, 1, each.index)
          else if (each.what === 'delete') numbering.delete(each.name)
          else numbering.numberOf(each.name)
          const idle = numbering.names.filter(
            (_, number) => numbering.valueOf(number) === undefined,
          )
          const bytes = idle.reduce((sum, { length }) => sum + length + NAME_BYTES, 0)
          expect(idle.length <= 1 || bytes <= maxIdle).toBe(true)
          expect(new Set(numbering.names).size).toBe(numbering.names.length)
        }
      }),
    )
  })

  test('do not retain the text they were cut from', () => {
    const numbering = new NameNumbering<number>()
    const before = heldBytes()
    for (let message = 0; message < 100; message += 1) {
      const text = Buffer.from(
        `name-of-${1_000_000 + message}\n${'x'.repeat(1_000_000)}`,
      ).toString()
      numbering.numberOf(text.split('\n')[0] ?? '')
    }
    expect(numbering.names).toHaveLength(100)
    expect(heldBytes() - before).toBeLessThan(30_000_000)
  })
})
