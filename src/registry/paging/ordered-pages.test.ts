import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { EnumerateOptions, Enumeration } from '../enumeration.ts'
import { filterFrom, type Filter } from '../filter/filter.ts'
import { RegistrationIndex } from '../memory/registration-index.ts'
import { viewOf } from '../registration-view.ts'
import type { Registration } from '../registration.ts'
import { Pages } from './pages.ts'

const known = fc.record({
  value: fc.constantFrom(1, 2, 3, 'x', null),
  isMatch: fc.boolean(),
  registeredAt: fc.nat(5),
  expiresAt: fc.option(fc.nat(5), { nil: null }),
})

const populations = fc
  .uniqueArray(fc.tuple(fc.nat(200), known), { selector: ([n]) => n, maxLength: 80, size: 'max' })
  .map((all) =>
    all.map(([n, { value, isMatch, ...times }]) => ({
      identity: `user-${n}`,
      metadata: { value, isMatch },
      gateway: null,
      ...times,
    })),
  )

const orders = fc.record({
  sortBy: fc.constantFrom('registeredAt', 'expiresAt', 'metadata.value', 'metadata.isMatch'),
  order: fc.constantFrom('ascending' as const, 'descending' as const),
})

const filters = fc.constantFrom({}, { isMatch: true }, { 'isMatch.ne': true }, { value: 1 })

test('pages from an index equal pages from sorting', async () => {
  await fc.assert(
    fc.asyncProperty(
      populations,
      filters,
      orders,
      fc.integer({ min: 1, max: 30 }),
      async (all, wanted, order, limit) => {
        const filter = filterFrom(wanted)
        const matches = all
          .filter(({ metadata }) => filter.matches(metadata))
          .sort((a, b) => (a.identity < b.identity ? -1 : 1))
        const [sorting, indexed] = [new Pages('test'), new Pages('test')]
        const index = new RegistrationIndex()
        for (const registration of all) index.put(registration)
        const [expected, shown]: string[][] = [[], []]
        const bySorting = (options: EnumerateOptions) =>
          sorting.open(filter, options).cut(viewOf(matches))
        const byIndex = (options: EnumerateOptions) => pageOf(indexed, index, wanted, options)
        await readAll(bySorting, { ...order, limit }, (identity) => expected?.push(identity))
        await readAll(byIndex, { ...order, limit }, (identity) => shown?.push(identity))
        expect(shown).toEqual(expected)
      },
    ),
  )
})

test('pages from an index repeat nothing and skip nothing that stays', async () => {
  await fc.assert(
    fc.asyncProperty(
      populations,
      fc.array(populations, { maxLength: 10 }),
      filters,
      orders,
      async (all, changes, wanted, order) => {
        const filter = filterFrom(wanted)
        const index = new RegistrationIndex()
        for (const registration of all) index.put(registration)
        const stayed = new Set(matching(index.list()))
        function matching(registrations: readonly Registration[]): string[] {
          return registrations
            .filter(({ metadata }) => filter.matches(metadata))
            .map(({ identity }) => identity)
        }
        const shown: string[] = []
        const pages = new Pages('test')
        let page = 0
        await readAll(
          async (options) => {
            for (const each of page === 0 ? [] : (changes[page] ?? [])) {
              if (each.metadata.value === null) index.remove(each.identity)
              else index.put(each)
            }
            page += 1
            const present = new Set(matching(index.list()))
            for (const identity of stayed) if (!present.has(identity)) stayed.delete(identity)
            return pageOf(pages, index, wanted, options)
          },
          { ...order, limit: 5 },
          (identity) => shown.push(identity),
        )
        expect(new Set(shown).size).toBe(shown.length)
        for (const identity of stayed) expect(shown).toContain(identity)
      },
    ),
  )
})

/** Like a store, by an index in that order. */
async function pageOf(
  pages: Pages,
  index: RegistrationIndex,
  wanted: Filter,
  options: EnumerateOptions,
): Promise<Enumeration> {
  const filter = filterFrom(wanted)
  const { order, cut } = pages.open(filter, options)
  for (let requests = 0; requests < 3; requests += 1) await index.prepare(filter, order)
  const view = await index.view(filter, order)
  if (order !== null) expect(view.ordered).not.toBeNull()
  return cut(view)
}

async function readAll(
  read: (options: EnumerateOptions) => Promise<Enumeration>,
  options: EnumerateOptions,
  show: (identity: string) => void,
): Promise<void> {
  let asked = options
  for (let page = 0; page < 1_000; page += 1) {
    const { registrations, nextCursor } = await read(asked)
    for (const { identity } of registrations) show(identity)
    if (nextCursor === null) return
    asked = { ...options, cursor: nextCursor }
  }
  throw new Error('The cursor does not get on.')
}
