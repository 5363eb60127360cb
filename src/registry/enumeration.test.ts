import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pageOf, type EnumerateOptions } from './enumeration.ts'
import type { Metadata, Registration } from './registration.ts'

const values = fc.oneof(
  fc.constantFrom(null, true, false, undefined),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(-0, 0.5, 1e300),
  fc.constantFrom('', 'a', 'b', '\ud800', '10', '9'),
  fc.constantFrom([1], ['a', 2], { a: 1 }, { b: { c: null } }, {}),
)

const registrations = fc
  .uniqueArray(
    fc.record({
      identity: fc.stringMatching(/^[a-zA-Zäß😀]{1,3}$/u),
      value: values,
      registeredAt: fc.nat(5),
      expiresAt: fc.option(fc.nat(5), { nil: null }),
    }),
    { selector: ({ identity }) => identity, maxLength: 40 },
  )
  .map((all) =>
    all
      .map(({ identity, value, ...times }): Registration => {
        const metadata: Metadata = value === undefined ? {} : { value, deep: { value } }
        return Object.freeze({ identity, metadata, gateway: null, ...times })
      })
      .sort(byIdentity),
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
  test('joined are the one page that a call without a limit gives', () => {
    fc.assert(
      fc.property(registrations, orders, fc.integer({ min: 1, max: 50 }), (all, order, limit) => {
        const whole = pageOf(all, order)
        expect(whole.nextCursor).toBeNull()
        expect(whole.totalCount).toBe(all.length)
        expect(new Set(identitiesIn(whole))).toEqual(new Set(all.map(({ identity }) => identity)))
        const pages = [...pagesOf(() => all, { ...order, limit })]
        expect(pages.flatMap(({ registrations: shown }) => shown)).toEqual(whole.registrations)
        for (const page of pages.slice(0, -1)) expect(page.registrations).toHaveLength(limit)
        for (const page of pages) expect(page.totalCount).toBe(all.length)
      }),
    )
  })

  test('show nothing twice and skip nothing that stayed, whatever comes and goes between them', () => {
    fc.assert(
      fc.property(
        registrations,
        orders,
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { minLength: 400, maxLength: 400 }),
        (all, order, limit, chances) => {
          let drawn = 0
          const draw = (): boolean => chances[drawn++ % chances.length] ?? false
          let present = all.filter(draw)
          const stayed = new Set(present)
          const shown: string[] = []
          const come = (): readonly Registration[] => {
            present = all.filter((each) => (draw() ? draw() : present.includes(each)))
            for (const each of stayed) if (!present.includes(each)) stayed.delete(each)
            return present
          }
          for (const page of pagesOf(come, { ...order, limit })) shown.push(...identitiesIn(page))
          expect(new Set(shown).size).toBe(shown.length)
          for (const { identity } of stayed) expect(shown).toContain(identity)
        },
      ),
    )
  })

  test('go on where the last registration of the page before was, though it has gone', () => {
    const all = ['a', 'b', 'c', 'd'].map((identity) => registration(identity))
    const first = pageOf(all, { limit: 2 })
    const second = pageOf(all.slice(3), { limit: 2, cursor: cursorOf(first) })
    expect(identitiesIn(second)).toEqual(['d'])
    expect(second.nextCursor).toBeNull()
  })

  test('of nothing are one empty page', () => {
    expect(pageOf([], {})).toEqual({ registrations: [], totalCount: 0, nextCursor: null })
    expect(pageOf([], { limit: 1, sortBy: 'metadata.x' }).nextCursor).toBeNull()
  })
})

describe('sortBy', () => {
  test('orders values by type first, then by value, then by identity, missing ones last', () => {
    const expected = [null, false, true, -1, 0, 2, 10, '', '10', '9', 'B', 'a', [1], { a: 1 }]
    const inOrder = [...expected, undefined].map((value, n) =>
      registration(`z${String(99 - n)}`, value === undefined ? {} : { value }),
    )
    const twin = registration('a', { value: 2 })
    const matches = [...inOrder, twin].sort(byIdentity)
    const wanted = inOrder.map(({ identity }) => identity).toSpliced(5, 0, 'a')
    expect(identitiesIn(pageOf(matches, { sortBy: 'metadata.value' }))).toEqual(wanted)
    expect(
      identitiesIn(pageOf(matches, { sortBy: 'metadata.value', order: 'descending' })),
    ).toEqual(wanted.toReversed())
  })

  test('expiresAt puts those that never expire last', () => {
    const matches = [null, 30, 10].map((expiresAt, n) => ({
      ...registration(`user-${n}`),
      expiresAt,
    }))
    expect(identitiesIn(pageOf(matches, { sortBy: 'expiresAt' }))).toEqual([
      'user-2',
      'user-1',
      'user-0',
    ])
  })

  test('reads own members of objects only, as filters do', () => {
    const matches = [registration('a', { tags: ['x', 'y'] }), registration('b', { tags: [] })]
    for (const sortBy of ['metadata.tags.length', 'metadata.constructor', 'metadata.tags.0']) {
      expect(identitiesIn(pageOf(matches, { sortBy }))).toEqual(['a', 'b'])
    }
  })

  test('leaves what it was given as it was', () => {
    const matches = Object.freeze(['b', 'a'].map((identity) => registration(identity)).toReversed())
    expect(() => pageOf(matches, { sortBy: 'registeredAt', order: 'descending' })).not.toThrow()
    expect(matches.map(({ identity }) => identity)).toEqual(['a', 'b'])
  })
})

test('without metadata a registration keeps everything else, and is frozen too', () => {
  const [shown] = pageOf([registration('a', { x: 1 })], { includeMetadata: false }).registrations
  expect(shown).toEqual({ identity: 'a', registeredAt: 0, expiresAt: null, gateway: null })
  expect(Object.isFrozen(shown)).toBe(true)
})

describe('Refused as INVALID_ARGUMENT is', () => {
  const all = ['a', 'b', 'c'].map((identity) => registration(identity))
  const cursor = cursorOf(pageOf(all, { limit: 1 }))

  test.each([0, -1, 1.5, Number.NaN, -Infinity])('a limit of %s', (limit) => {
    expectRefusal(all, { limit }, 'limit')
  })

  test.each(['', 'name', 'metadata', 'metadata.', 'metadata..a', '.a', 'Identity'])(
    'sorting by "%s"',
    (sortBy) => expectRefusal(all, { sortBy }, 'sortBy'),
  )

  test('sorting by something that is no text', () => {
    const sortBy = 7 as unknown as string
    expectRefusal(all, { sortBy }, 'sortBy')
  })

  test('an order that is none', () => {
    expectRefusal(all, { order: 'desc' as 'descending' }, 'order')
  })

  test.each(['', 'x', 'bm9uc2Vuc2U', Buffer.from('[1,2]').toString('base64url')])(
    'the cursor "%s", which no page gave',
    (text) => expectRefusal(all, { cursor: text }, 'cursor'),
  )

  test.each<EnumerateOptions>([
    { order: 'descending' },
    { sortBy: 'registeredAt' },
    { sortBy: 'metadata.identity' },
  ])('a cursor of another order than %o', (options) => {
    expectRefusal(all, { ...options, cursor }, 'made for the order "identity ascending"')
  })

  test('a cursor is taken as it is or refused, whatever is in it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), orders, (text, order) => {
        for (const forged of [text, Buffer.from(text).toString('base64url')]) {
          try {
            pageOf(all, { ...order, cursor: forged })
          } catch (error) {
            expect(error).toMatchObject({ name: 'RegistryError', code: 'INVALID_ARGUMENT' })
          }
        }
      }),
    )
  })
})

type Page = ReturnType<typeof pageOf>

function* pagesOf(
  matches: () => readonly Registration[],
  options: EnumerateOptions,
): Generator<Page> {
  let cursor: string | null = null
  let pages = 0
  do {
    if (++pages > 1_000) throw new Error('The cursor does not get on.')
    const page: Page = pageOf(matches(), cursor === null ? options : { ...options, cursor })
    yield page
    cursor = page.nextCursor
  } while (cursor !== null)
}

function identitiesIn({ registrations: shown }: Page): readonly string[] {
  return shown.map(({ identity }) => identity)
}

function cursorOf({ nextCursor }: Page): string {
  if (nextCursor === null) throw new Error('there is no page to come')
  return nextCursor
}

function registration(identity: string, metadata: Metadata = {}): Registration {
  return Object.freeze({ identity, metadata, registeredAt: 0, expiresAt: null, gateway: null })
}

function byIdentity(a: Registration, b: Registration): number {
  return a.identity < b.identity ? -1 : 1
}

function expectRefusal(
  matches: readonly Registration[],
  options: EnumerateOptions,
  message: string,
): void {
  const paging = (): Page => pageOf(matches, options)
  expect(paging).toThrow(message)
  expect(paging).toThrow(
    expect.objectContaining({ name: 'RegistryError', code: 'INVALID_ARGUMENT' }),
  )
}
