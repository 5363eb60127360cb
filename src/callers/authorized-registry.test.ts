import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { Filter } from '../registry/filter/filter.ts'
import { AuditTrail, type AuditRecord } from './audit-trail.ts'
import { authorize } from './authorized-registry.ts'
import type { AccessQuestion, Authorizer, Decision } from './authorizer.ts'
import type { CallerRegistry } from './caller-registry.ts'
import { OPERATION_RULES, type Operation } from './operation.ts'
import { openRegistry } from './testing/open-registry.ts'

const alice = { subject: 'alice', issuer: null }
const allowed: Decision = { allowed: true, principal: alice }
const deciding = (decide: Authorizer<string>['decide']): Authorizer<string> => ({ decide })

/** Every operation, on the identity `bob` or the filter `{ city: 'Rome' }`. */
const CALLS: Readonly<
  Record<Operation, (registry: CallerRegistry<string>, gateway: string) => Promise<unknown>>
> = {
  register: (registry) => registry.register('bob', { city: 'Rome' }),
  heartbeat: (registry) => registry.heartbeat('bob'),
  moveTo: (registry, gateway) =>
    registry.moveTo({ identity: 'bob', registeredAt: 1, gateway: null }, gateway),
  unregister: (registry) => registry.unregister('bob'),
  enumerate: (registry) => registry.enumerate({ city: 'Rome' }, { sortBy: 'metadata.age' }),
  watch: (registry) => registry.watch({ city: 'Rome' }).next(),
  multicast: (registry) => registry.multicast({ city: 'Rome' }, 'hello'),
  subscribe: (registry) => registry.subscribe('bob', () => {}),
  subscribeMatching: (registry) => registry.subscribeMatching('b*', () => {}),
  clear: (registry) => registry.clear(),
}
const OPERATIONS = Object.keys(OPERATION_RULES) as Operation[]

describe('each operation', () => {
  test.each(OPERATIONS)(
    'asks before it reaches the registry, and is denied: %s',
    async (operation) => {
      const questions: AccessQuestion<string>[] = []
      const registry = openRegistry()
      await registry.register('bob', { city: 'Rome' })
      const before = await registry.enumerate()
      const caller = authorize(
        registry,
        deciding((question) => {
          questions.push(question)
          return { allowed: false, principal: alice, reason: 'because' }
        }),
      ).as('token')
      await expect(CALLS[operation](caller, registry.gateway)).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: `${operation} is not allowed: because`,
      })
      expect(questions).toMatchObject([{ credentials: 'token', operation, namespace: 'orders' }])
      const [{ identities, pattern, fields } = { identities: [], pattern: null, fields: [] }] =
        questions
      if (operation === 'subscribeMatching') expect(pattern).toBe('b*')
      else if (OPERATION_RULES[operation].ownIdentities) expect(identities).toEqual(['bob'])
      else expect(identities).toEqual([])
      if (operation === 'enumerate') expect(fields).toEqual(['city', 'age'])
      if (operation === 'watch' || operation === 'multicast') expect(fields).toEqual(['city'])
      expect(await registry.enumerate()).toEqual(before)
    },
  )

  test.each(OPERATIONS.filter((operation) => operation !== 'heartbeat'))(
    'goes through when it is allowed: %s',
    async (operation) => {
      const registry = openRegistry()
      const caller = authorize(
        registry,
        deciding(() => allowed),
      ).as('token')
      await CALLS[operation](caller, registry.gateway)
    },
  )
})

describe('fails closed', () => {
  const hangs = (): Promise<Decision> => new Promise(() => {})
  test.each<[string, () => unknown]>([
    [
      'an authorizer that throws',
      () => {
        throw new Error('secret')
      },
    ],
    ['one that rejects', () => Promise.reject(new Error('secret'))],
    ['one that never answers', hangs],
    ['nothing', () => undefined],
    ['a text', () => 'allowed'],
    ['a truthy answer', () => ({ allowed: 1, principal: alice })],
    ['an answer about nobody', () => ({ allowed: true })],
    [
      'a principal without a name',
      () => ({ allowed: true, principal: { subject: '', issuer: null } }),
    ],
    ['hidden fields that are none', () => ({ ...allowed, hiddenFields: 'salary' })],
    ['a filter that is none', () => ({ ...allowed, filter: { $nor: [] } })],
    ['a time that is none', () => ({ ...allowed, validForMs: Number.NaN })],
    ['a time that has passed', () => ({ ...allowed, validForMs: 0 })],
    [
      'an answer that throws when read',
      () =>
        new Proxy(
          {},
          {
            get: () => {
              throw new Error('secret')
            },
          },
        ),
    ],
  ])('%s', async (_, decide) => {
    const authorizer = deciding(decide as Authorizer<string>['decide'])
    const caller = authorize(openRegistry(), authorizer, { decideWithinMs: 50 }).as('token')
    const error: unknown = await caller.enumerate().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'FORBIDDEN' })
    expect(String(error)).not.toContain('secret')
  })
})

test('without enforcement every call goes through, and the audit says what would have been denied', async () => {
  const audit = new AuditTrail()
  const authorizer = deciding(() => ({ allowed: false, principal: alice, reason: 'because' }))
  const caller = authorize(openRegistry(), authorizer, { enforce: false, audit }).as('token')
  await caller.register('bob', { city: 'Rome' })
  expect((await caller.enumerate()).totalCount).toBe(1)
  expect(await recordsOf(audit)).toMatchObject([
    {
      operation: 'register',
      identities: ['bob'],
      allowed: false,
      enforced: false,
      reason: 'because',
    },
    { operation: 'enumerate', allowed: false, enforced: false },
  ])
})

describe('a narrowed filter', () => {
  const people = [
    { name: 'ada', city: 'Rome', age: 30 },
    { name: 'bob', city: 'Oslo', age: 40 },
    { name: 'cem', city: 'Rome', age: 50 },
  ]
  const leaf = fc.oneof(
    fc.record({ city: fc.constantFrom('Rome', 'Oslo') }),
    fc.record({ 'age.gt': fc.constantFrom(20, 35, 45) }),
    fc.constant<Filter>({}),
  )
  const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 2 },
      leaf,
      fc.record({ $not: tie('filter') }),
      fc.record({ $or: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ $and: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }) }),
    ),
  }))

  test('shows and reaches what matches both filters, whatever the caller asks for', async () => {
    const registry = openRegistry()
    for (const { name, ...metadata } of people) {
      await registry.subscribe(name, () => {})
      await registry.register(name, metadata)
    }
    const narrow = { city: 'Rome' }
    const caller = authorize(
      registry,
      deciding(() => ({ ...allowed, filter: narrow })),
    ).as('token')
    await fc.assert(
      fc.asyncProperty(filter, async (asked) => {
        const matching = namesOf(await registry.enumerate(asked))
        const names = matching.filter((name) => name !== 'bob')
        expect(namesOf(await caller.enumerate(asked))).toEqual(names)
        const { statuses } = await caller.multicast(asked, 'hello')
        expect([...statuses.keys()].sort()).toEqual(names)
      }),
    )
  })

  test('holds for pages: a cursor of another caller is refused', async () => {
    const registry = openRegistry()
    for (const { name, ...metadata } of people) await registry.register(name, metadata)
    const authorized = authorize(
      registry,
      deciding(({ credentials }) => ({
        allowed: true,
        principal: { subject: credentials, issuer: null },
      })),
    )
    for (const sortBy of ['identity', 'metadata.age']) {
      const options = { limit: 1, sortBy }
      const first = await authorized.as('alice').enumerate({}, options)
      const cursor = first.nextCursor ?? ''
      const second = await authorized.as('alice').enumerate({}, { ...options, cursor })
      expect(namesOf(second)).toEqual(['bob'])
      for (const other of [authorized.as('mallory'), registry]) {
        await expect(other.enumerate({}, { ...options, cursor })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
        })
      }
    }
  })

  test('clears nothing, because clearing reaches more', async () => {
    const registry = openRegistry()
    const caller = authorize(
      registry,
      deciding(() => ({ ...allowed, filter: {} })),
    ).as('token')
    await expect(caller.clear()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

test("nobody's message id stands for that of another caller", async () => {
  const registry = openRegistry()
  const authorized = authorize(
    registry,
    deciding(({ credentials }) => ({
      allowed: true,
      principal: { subject: credentials, issuer: null },
    })),
  )
  const ids = new Set<string>()
  await registry.subscribe('bob', ({ id }) => void ids.add(id))
  await registry.register('bob', {})
  const options = { messageId: 'order-7' }
  await authorized.as('mallory').multicast({}, 'junk', options)
  const { messageId } = await authorized.as('alice').multicast({}, 'hello', options)
  expect(ids.size).toBe(2)
  const again = await authorized.as('alice').multicast({}, 'hello', { messageId })
  expect(again.messageId).toBe(messageId)
  const stolen = await authorized.as('mallory').multicast({}, 'junk', { messageId })
  expect(stolen.messageId).not.toBe(messageId)
})

test('a record of the audit is small, whatever was asked for', async () => {
  const audit = new AuditTrail()
  const caller = authorize(
    openRegistry(),
    deciding(() => allowed),
    { audit },
  ).as('token')
  const long = 'x'.repeat(100_000)
  await caller.enumerate({ [long]: 1 })
  await expect(caller.subscribeMatching(`${long}*`, () => {})).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
  expect(JSON.stringify(await recordsOf(audit)).length).toBeLessThan(1_000)
})

describe('hidden fields', () => {
  const hide = deciding(() => ({ ...allowed, hiddenFields: ['salary', 'home.street'] }))
  const metadata = { city: 'Rome', salary: 9, home: { street: 'Via', zip: 1 } }

  test('are in no listing and no event', async () => {
    const registry = openRegistry()
    await registry.register('bob', metadata)
    const caller = authorize(registry, hide).as('token')
    const visible = { city: 'Rome', home: { zip: 1 } }
    expect((await caller.enumerate()).registrations).toMatchObject([{ metadata: visible }])
    expect((await caller.enumerate()).registrations[0]?.metadata).toEqual(visible)
    const watch = caller.watch()
    const { value } = await watch.next()
    expect(value).toMatchObject({ type: 'joined', registration: { identity: 'bob' } })
    expect(JSON.stringify(value)).not.toMatch(/salary|street/)
    await watch.return?.()
  })

  test.each<Filter>([
    { salary: 9 },
    { 'salary.exists': true },
    { 'salary.x': 1 },
    { home: { street: 'Via', zip: 1 } },
    { 'home.street.startswith': 'V' },
    { $not: { $or: [{ city: 'Rome' }, { 'salary.gt': 5 }] } },
  ])('can be asked about by no filter: %j', async (filter) => {
    const caller = authorize(openRegistry(), hide).as('token')
    const message = expect.stringMatching(/field "[a-z.]+" is hidden$/)
    for (const call of [
      caller.enumerate(filter),
      caller.multicast(filter, 'hello'),
      caller.watch(filter).next(),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'FORBIDDEN', message })
    }
  })

  test('order no listing, also if the name is read twice', async () => {
    const caller = authorize(openRegistry(), hide).as('token')
    await expect(caller.enumerate({}, { sortBy: 'metadata.salary' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    const names = ['identity', 'metadata.salary']
    const twoFaced = {
      get sortBy() {
        return names.shift() ?? ''
      },
    }
    await caller.enumerate({}, twoFaced)
    expect(names).toEqual(['metadata.salary'])
  })
})

describe('what outlives a call ends with the decision', () => {
  const brief = deciding(() => ({ ...allowed, validForMs: 30 }))

  test('a watch fails', async () => {
    const watch = authorize(openRegistry(), brief).as('token').watch({}, { initial: false })
    await expect(all(watch)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('a subscription that took longer to open than the decision holds, and the audit says which', async () => {
    const audit = new AuditTrail()
    const registry = openRegistry()
    const subscribe = registry.subscribeMatching.bind(registry)
    vi.spyOn(registry, 'subscribeMatching').mockImplementation(async (...given) => {
      await delay(50)
      return subscribe(...given)
    })
    await authorize(registry, brief, { audit })
      .as('token')
      .subscribeMatching('b*', () => {})
    expect(await recordsOf(audit)).toMatchObject([
      { allowed: true, pattern: 'b*' },
      { allowed: false, pattern: 'b*', reason: 'the credentials have ended' },
    ])
  })

  test('a subscription receives nothing more, and the audit says so', async () => {
    const audit = new AuditTrail()
    const registry = openRegistry()
    await registry.register('bob', {})
    await authorize(registry, brief, { audit })
      .as('token')
      .subscribe('bob', () => {})
    const records = audit[Symbol.asyncIterator]()
    expect((await records.next()).value).toMatchObject({ operation: 'subscribe', allowed: true })
    expect((await records.next()).value).toMatchObject({
      operation: 'subscribe',
      identities: ['bob'],
      allowed: false,
      reason: 'the credentials have ended',
    })
    const { deliveredCount } = await registry.multicast({}, 'hello', { timeoutMs: 100 })
    expect(deliveredCount).toBe(0)
  })
})

async function recordsOf(audit: AuditTrail): Promise<AuditRecord[]> {
  audit.close()
  return all(audit)
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of stream) items.push(item)
  return items
}

function namesOf({ registrations }: { registrations: readonly { identity: string }[] }): string[] {
  return registrations.map(({ identity }) => identity)
}
