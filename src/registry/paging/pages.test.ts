import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Enumeration, EnumerateOptions } from '../enumeration.ts'
import { filterFrom, type Filter } from '../filter/filter.ts'
import { viewOf } from '../registration-view.ts'
import type { Metadata, Registration } from '../registration.ts'
import { Pages } from './pages.ts'
import { Snapshots } from './snapshots.ts'

const values = fc.oneof(
  fc.constantFrom(null, true, false, undefined),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(-0, 0.5, 1e300),
  fc.constantFrom('', 'a', 'b', '\ud800', '10', '9'),
  fc.constantFrom([1], ['a', 2], { a: 1 }, { b: { c: null } }, {}),
)

const facts = fc.record({
  value: values,
  registeredAt: fc.nat(5),
  expiresAt: fc.option(fc.nat(5), { nil: null }),
})

const identities = fc.stringMatching(/^[a-zA-Zäß😀]{1,3}$/u)

const registrations = fc
  .uniqueArray(fc.tuple(identities, facts), { selector: ([identity]) => identity, maxLength: 40 })
  .map((all) =>
    all.map(([identity, known]) => registrationOf(identity, known)).toSorted(byIdentity),
  )

const orders = fc.record({
  sortBy: fc.constantFrom(
    'identity',
    'registeredAt',
    'expiresAt',
    'metadata.value',
    'metadata.deep.value',
    'metadata.missing',
  ),
  order: fc.constantFrom('ascending' as const, 'descending' as const),
  includeMetadata: fc.boolean(),
})

describe('Pages', () => {
  test('add up to the single page without a limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        registrations,
        orders,
        fc.integer({ min: 1, max: 50 }),
        async (all, order, limit) => {
          const pages = new Pages('test')
          const whole = await pageOf(pages, all, order)
          expect(whole.nextCursor).toBeNull()
          expect(whole.totalCount).toBe(all.length)
          expect(new Set(identitiesIn(whole))).toEqual(new Set(all.map(({ identity }) => identity)))
          const several = await pagesOf(pages, () => all, { ...order, limit })
          expect(several.flatMap(({ registrations: shown }) => shown)).toEqual(whole.registrations)
          for (const page of several.slice(0, -1)) expect(page.registrations).toHaveLength(limit)
          for (const page of several) expect(page.totalCount).toBe(all.length)
        },
      ),
    )
  })

  test('repeat nothing and skip nothing that stays, whatever changes between them', async () => {
    await fc.assert(
      fc.asyncProperty(
        registrations,
        orders,
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.boolean()),
        fc.infiniteStream(facts),
        async (all, order, limit, chances, changes) => {
          const draw = (): boolean => chances.next().value
          let present = all.filter(draw)
          const stayed = new Set(present.map(({ identity }) => identity))
          const shown: string[] = []
          const come = (): readonly Registration[] => {
            const were = new Map(present.map((each) => [each.identity, each]))
            present = all.flatMap((each) => {
              const isThere = draw() ? draw() : were.has(each.identity)
              if (!isThere) return []
              if (draw()) return [registrationOf(each.identity, changes.next().value)]
              return [were.get(each.identity) ?? each]
            })
            const there = new Set(present.map(({ identity }) => identity))
            for (const identity of stayed) if (!there.has(identity)) stayed.delete(identity)
            return present
          }
          const pages = new Pages('test')
          for (const page of await pagesOf(pages, come, { ...order, limit })) {
            shown.push(...identitiesIn(page))
          }
          expect(new Set(shown).size).toBe(shown.length)
          for (const identity of stayed) expect(shown).toContain(identity)
        },
      ),
    )
  })

  test('show a registration renewed between them once, in its current state', async () => {
    const pages = new Pages('test')
    const all = ['a', 'b', 'c', 'd'].map((identity, n) => ({
      ...registration(identity),
      expiresAt: n,
    }))
    const sorted = { sortBy: 'expiresAt', limit: 2 } as const
    const first = await pageOf(pages, all, sorted)
    const renewed = all.map((each) => ({ ...each, expiresAt: 100 - (each.expiresAt ?? 0) }))
    const second = await pageOf(pages, renewed, { ...sorted, cursor: cursorOf(first) })
    expect([first, second].flatMap(identitiesIn)).toEqual(['a', 'b', 'c', 'd'])
    expect(second.registrations).toEqual(renewed.slice(2))
    expect(second.nextCursor).toBeNull()
  })

  test.each(['identity', 'registeredAt'])(
    'by %s continue after the last registration of the previous page, even if it is gone',
    async (sortBy) => {
      const pages = new Pages('test')
      const all = ['a', 'b', 'c', 'd'].map((identity) => registration(identity))
      const first = await pageOf(pages, all, { limit: 2, sortBy })
      const left = all.slice(3)
      const second = await pageOf(pages, left, { limit: 2, sortBy, cursor: cursorOf(first) })
      expect(identitiesIn(second)).toEqual(['d'])
      expect(second).toMatchObject({ nextCursor: null, totalCount: 1 })
    },
  )

  test('without matches are one empty page', async () => {
    const pages = new Pages('test')
    expect(await pageOf(pages, [], {})).toEqual({
      registrations: [],
      totalCount: 0,
      nextCursor: null,
    })
    const sorted = await pageOf(pages, [], { limit: 1, sortBy: 'metadata.x' })
    expect(sorted.nextCursor).toBeNull()
  })
})

describe('sortBy', () => {
  test('orders values by type first, then by value, then by identity, missing ones last', async () => {
    const expected = [null, false, true, -1, 0, 2, 10, '', '10', '9', 'B', 'a', [1], { a: 1 }]
    const inOrder = [...expected, undefined].map((value, n) =>
      registration(`z${String(99 - n)}`, value === undefined ? {} : { value }),
    )
    const twin = registration('a', { value: 2 })
    const matches = [...inOrder, twin].toSorted(byIdentity)
    const wanted = inOrder.map(({ identity }) => identity).toSpliced(5, 0, 'a')
    const sorted = { sortBy: 'metadata.value' }
    const pages = new Pages('test')
    expect(identitiesIn(await pageOf(pages, matches, sorted))).toEqual(wanted)
    expect(identitiesIn(await pageOf(pages, matches, { ...sorted, order: 'descending' }))).toEqual(
      wanted.toReversed(),
    )
  })

  test('expiresAt puts registrations that never expire last', async () => {
    const matches = [null, 30, 10].map((expiresAt, n) => ({
      ...registration(`user-${n}`),
      expiresAt,
    }))
    const page = await pageOf(new Pages('test'), matches, { sortBy: 'expiresAt' })
    expect(identitiesIn(page)).toEqual(['user-2', 'user-1', 'user-0'])
  })

  test('reads own members of objects only, as filters do', async () => {
    const matches = [registration('a', { tags: ['x', 'y'] }), registration('b', { tags: [] })]
    for (const sortBy of ['metadata.tags.length', 'metadata.constructor', 'metadata.tags.0']) {
      const page = await pageOf(new Pages('test'), matches, { sortBy })
      expect(identitiesIn(page)).toEqual(['a', 'b'])
    }
  })

  test('does not modify its input', async () => {
    const matches = Object.freeze(['b', 'a'].map((identity) => registration(identity)).toReversed())
    for (const sortBy of ['identity', 'registeredAt']) {
      await pageOf(new Pages('test'), matches, { sortBy, order: 'descending', limit: 1 })
    }
    expect(matches.map(({ identity }) => identity)).toEqual(['a', 'b'])
  })
})

test('a registration without metadata keeps everything else, and is frozen', async () => {
  const all = [registration('a', { x: 1 })]
  const page = await pageOf(new Pages('test'), all, { includeMetadata: false })
  const [shown] = page.registrations
  expect(shown).toEqual({ identity: 'a', registeredAt: 0, expiresAt: null, gateway: null })
  expect(Object.isFrozen(shown)).toBe(true)
})

describe('A cursor', () => {
  const all = ['a', 'b', 'c'].map((identity) => registration(identity))
  const filter = { status: 'online', 'age.gt': 1 }

  test("is valid for the same listing with another limit, and with the filter's entries in another order", async () => {
    const pages = new Pages('test')
    const first = await pageOf(pages, all, { limit: 1 }, filter)
    const options = { cursor: cursorOf(first), limit: 5, includeMetadata: false }
    const second = await pageOf(pages, all, options, { 'age.gt': 1, status: 'online' })
    expect(identitiesIn(second)).toEqual(['b', 'c'])
  })

  test('is valid in another process if the order is by identity', async () => {
    for (const order of ['ascending', 'descending'] as const) {
      const first = await pageOf(new Pages('test'), all, { limit: 1, order })
      const options = { limit: 1, order, cursor: cursorOf(first) }
      expect(identitiesIn(await pageOf(new Pages('test'), all, options))).toEqual(['b'])
    }
  })

  test('in any other order is refused in another process, with a remedy', async () => {
    const sorted = { sortBy: 'expiresAt', limit: 1 }
    const first = await pageOf(new Pages('test'), all, sorted)
    await expectRefusal(new Pages('test'), all, { ...sorted, cursor: cursorOf(first) }, [
      'belongs to another registry',
      'start over, or sort by identity',
    ])
  })

  test.each<[string, EnumerateOptions, Filter]>([
    ['order', { order: 'descending' }, filter],
    ['field', { sortBy: 'registeredAt' }, filter],
    ['path', { sortBy: 'metadata.identity' }, filter],
    ['filter', {}, { ...filter, 'age.gt': 2 }],
    ['operator', {}, { status: 'online', 'age.gte': 1 }],
    ['filter that matches more', {}, {}],
  ])('of another %s is refused', async (_what, options, another) => {
    for (const sortBy of ['identity', 'registeredAt', 'metadata.n']) {
      if (sortBy === options.sortBy) continue
      const pages = new Pages('test')
      const cursor = cursorOf(await pageOf(pages, all, { limit: 1, sortBy }, filter))
      const wanted = { sortBy, limit: 1, ...options, cursor }
      await expectRefusal(pages, all, wanted, ['belongs to another listing'], another)
    }
  })

  test('is refused in another namespace', async () => {
    const cursor = cursorOf(await pageOf(new Pages('a'), all, { limit: 1 }))
    await expectRefusal(new Pages('b'), all, { limit: 1, cursor }, ['belongs to another listing'])
  })

  test('is refused once its order is no longer kept', async () => {
    const bounds = { maxSnapshots: 2, maxRegistrations: 7, maxIdleMs: 1_000 }
    const sorted = { sortBy: 'expiresAt', limit: 1 }
    const gone = ['no longer kept', 'start over']
    let now = 0
    const pages = new Pages('test', new Snapshots(bounds, () => now))
    const begin = async (matches = all) => cursorOf(await pageOf(pages, matches, sorted))
    const goOn = (cursor: string) => pageOf(pages, all, { ...sorted, cursor })
    const refused = (cursor: string) => expectRefusal(pages, all, { ...sorted, cursor }, gone)

    const [first, second] = [await begin(), await begin()]
    await goOn(first)
    const third = await begin()
    await refused(second)
    await goOn(first)
    now = 1_000
    await goOn(third)
    now = 1_001
    await refused(first)
    await goOn(third)

    const large = [...all, ...['d', 'e', 'f', 'g', 'h'].map((each) => registration(each))]
    const latest = await begin(large)
    await refused(third)
    await goOn(latest)

    pages.close()
    await refused(latest)
  })

  test.each([
    '',
    'x',
    'bm9uc2Vuc2U',
    Buffer.from('["identity ascending","a"]').toString('base64url'),
    Buffer.from(`["a","b",${'['.repeat(200_000)}${']'.repeat(200_000)}]`).toString('base64url'),
    'a.'.repeat(200_000),
  ])('that no page returned is refused', async (cursor) => {
    await expectRefusal(new Pages('test'), all, { cursor }, ['options.cursor: not a valid cursor'])
  })

  test('with any content is accepted or refused, and never throws anything else', async () => {
    const pages = new Pages('test')
    const digests: string[] = []
    for (const sortBy of ['identity', 'expiresAt']) {
      const [, digest = ''] = cursorOf(await pageOf(pages, all, { limit: 1, sortBy })).split('.')
      digests.push(digest)
    }
    const part = fc.oneof(
      fc.constantFrom('a', 's', '0', '1', '999999999999999', ...digests),
      fc.base64String().map((text) => text.slice(0, 40)),
      fc.string(),
    )
    const forged = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.'))
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), forged), orders, async (cursor, order) => {
        try {
          await pageOf(pages, all, { ...order, cursor })
        } catch (error) {
          expect(error).toMatchObject({ name: 'RegistryError', code: 'INVALID_ARGUMENT' })
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('Refused as INVALID_ARGUMENT is', () => {
  const all = ['a', 'b', 'c'].map((identity) => registration(identity))

  test.each([0, -1, 1.5, Number.NaN, -Infinity])('a limit of %s', async (limit) => {
    await expectRefusal(new Pages('test'), all, { limit }, ['options.limit'])
  })

  test.each(['', 'name', 'metadata', 'metadata.', 'metadata..a', '.a', 'Identity'])(
    'sorting by "%s"',
    (sortBy) => expectRefusal(new Pages('test'), all, { sortBy }, ['options.sortBy']),
  )
})

function pageOf(
  pages: Pages,
  matches: readonly Registration[],
  options: EnumerateOptions,
  filter: Filter = {},
): Promise<Enumeration> {
  return pages.open(filterFrom(filter), options).cut(viewOf(matches))
}

/** All pages; `matches` returns the matches at each page. */
async function pagesOf(
  pages: Pages,
  matches: () => readonly Registration[],
  options: EnumerateOptions,
): Promise<readonly Enumeration[]> {
  const all: Enumeration[] = []
  let cursor: string | null = null
  do {
    if (all.length > 1_000) throw new Error('The cursor does not get on.')
    const asked: EnumerateOptions = cursor === null ? options : { ...options, cursor }
    const page: Enumeration = await pageOf(pages, matches(), asked)
    all.push(page)
    cursor = page.nextCursor
  } while (cursor !== null)
  return all
}

function identitiesIn({ registrations: shown }: Enumeration): readonly string[] {
  return shown.map(({ identity }) => identity)
}

function cursorOf({ nextCursor }: Enumeration): string {
  if (nextCursor === null) throw new Error('there is no page to come')
  return nextCursor
}

function registration(identity: string, metadata: Metadata = {}): Registration {
  return Object.freeze({ identity, metadata, registeredAt: 0, expiresAt: null, gateway: null })
}

type Facts = typeof facts extends fc.Arbitrary<infer T> ? T : never

function registrationOf(identity: string, { value, ...times }: Facts): Registration {
  const metadata: Metadata = value === undefined ? {} : { value, deep: { value } }
  return Object.freeze({ identity, metadata, gateway: null, ...times })
}

function byIdentity(a: Registration, b: Registration): number {
  return a.identity < b.identity ? -1 : 1
}

async function expectRefusal(
  pages: Pages,
  matches: readonly Registration[],
  options: EnumerateOptions,
  reasons: readonly string[],
  filter: Filter = {},
): Promise<void> {
  let refusal: unknown = null
  try {
    await pageOf(pages, matches, options, filter)
  } catch (error) {
    refusal = error
  }
  expect(refusal).toMatchObject({ name: 'RegistryError', code: 'INVALID_ARGUMENT' })
  for (const reason of reasons) expect(String(refusal)).toContain(reason)
}
