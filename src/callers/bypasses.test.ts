import { randomUUID } from 'node:crypto'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { connectRegistry } from '../registry/connect.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import type { WatchEvent, WatchStream } from '../registry/watch/watch-event.ts'
import { AuditTrail } from './audit-trail.ts'
import { authorize } from './authorized-registry.ts'
import type { Decision } from './authorizer.ts'
import type { CallerRegistry } from './caller-registry.ts'
import { openRegistry } from './testing/open-registry.ts'

// Ways around a decision: each was, or could be, a way in.

const principal = { subject: 'alice', issuer: null }

/** A caller whom every call is allowed, within these bounds. */
function callerOf(registry: MulticastRegistry, bounds: object): CallerRegistry<string> {
  const decision = { allowed: true, principal, ...bounds } as Decision
  return authorize<string>(registry, { decide: () => decision }).as('token')
}

const ofTeamA = { filter: { team: 'a' } }

async function nextEvents(watch: WatchStream, until: WatchEvent['type']): Promise<WatchEvent[]> {
  const events: WatchEvent[] = []
  for (;;) {
    const { value } = await watch.next()
    if (value === undefined) return events
    events.push(value)
    if (value.type === until) return events
  }
}

const backends = inject('backends')

const stores: [string, () => MulticastRegistry | Promise<MulticastRegistry>][] = [
  ['in memory', openRegistry],
]
if (backends.kind !== 'memory') {
  const { redisUrl, natsUrls } = backends
  stores.push([
    'in Redis',
    async () => {
      const namespace = `callers-${randomUUID()}`
      const registry = await connectRegistry({ redisUrl, natsUrls, namespace })
      onTestFinished(() => registry.close())
      return registry
    },
  ])
}

describe('a narrowed watch', () => {
  test.each(stores)(
    '%s that is resumed names no identity that never was in it',
    async (_, open) => {
      const registry = await open()
      const caller = callerOf(registry, ofTeamA)
      await registry.register('ours', { team: 'a' })
      await registry.register('theirs', { team: 'b' })
      const watch = caller.watch()
      const token = (await nextEvents(watch, 'current')).at(-1)?.token ?? ''
      await watch.return?.()
      await registry.unregister('theirs')
      await registry.register('ours-too', { team: 'a' })

      const resumed = caller.watch({}, { from: token })
      const events = await nextEvents(resumed, 'current')
      await resumed.return?.()
      await registry.clear()
      expect(JSON.stringify(events)).not.toContain('theirs')
      // The answer to a token that can't be resumed from: everything again.
      expect(events.map(({ type }) => type)).toEqual(['reset', 'joined', 'joined', 'current'])
    },
  )

  test.each(stores)('%s has tokens that do not tell of changes elsewhere', async (_, open) => {
    const registry = await open()
    const watch = callerOf(registry, ofTeamA).watch()
    const tokens = new Set<string>()
    for (const identity of ['ours', 'ours-too']) {
      await registry.register('theirs', { team: 'b' }, { replace: true })
      await registry.register(identity, { team: 'a' })
      for (const { token } of await nextEvents(watch, 'joined')) tokens.add(token)
    }
    await watch.return?.()
    await registry.clear()
    expect(tokens.size).toBe(1)
  })

  test('is not resumed from the token of anything else', async () => {
    const caller = callerOf(openRegistry(), ofTeamA)
    await expect(caller.watch({}, { from: 'x' }).next()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
  })

  test('that ends with its reset still to come is over', async () => {
    const registry = openRegistry()
    const caller = callerOf(registry, ofTeamA)
    const watch = caller.watch()
    const token = (await nextEvents(watch, 'current')).at(-1)?.token ?? ''
    await watch.return?.()
    const resumed = caller.watch({}, { from: token, signal: AbortSignal.abort() })
    expect(await resumed.next()).toMatchObject({ done: true })
  })
})

describe('a narrowed caller', () => {
  test('gets cursors that do not count what it may not see', async () => {
    const registry = openRegistry()
    for (const at of [0, 1, 2, 3]) {
      await registry.register(`theirs-${at}`, { team: 'b', at })
    }
    for (const at of [4, 5, 6, 7, 8, 9]) {
      await registry.register(`ours-${at}`, { team: 'a', at })
    }
    const options = { limit: 2, sortBy: 'metadata.at' }
    const caller = callerOf(registry, ofTeamA)
    // The index of the order is made when it is used repeatedly.
    for (let request = 0; request < 5; request += 1) {
      const { nextCursor } = await caller.enumerate({}, options)
      expect(nextCursor).toMatch(/\.2$/)
      const next = await caller.enumerate({}, { ...options, cursor: nextCursor ?? '' })
      expect(next.nextCursor).toMatch(/\.4$/)
    }
  })

  test('registers only what it may see', async () => {
    const registry = openRegistry()
    const caller = callerOf(registry, ofTeamA)
    await caller.register('alice', { team: 'a' })
    for (const metadata of [{ team: 'b' }, {}]) {
      await expect(caller.register('alice', metadata, { replace: true })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      })
    }
    const { registrations } = await registry.enumerate()
    expect(registrations).toMatchObject([{ identity: 'alice', metadata: { team: 'a' } }])
  })

  test('registers what was checked, not what it reads as later', async () => {
    const registry = openRegistry()
    let reads = 0
    const shifting = {
      get team() {
        reads += 1
        return reads <= 2 ? 'a' : 'b'
      },
    }
    await callerOf(registry, ofTeamA)
      .register('alice', shifting)
      .catch(() => {})
    expect((await registry.enumerate({ team: 'b' })).totalCount).toBe(0)
  })

  test('gets the error of the registry for metadata that is not JSON', async () => {
    await expect(
      callerOf(openRegistry(), ofTeamA).register('alice', { team: undefined } as never),
    ).rejects.toMatchObject({ code: 'INVALID_METADATA' })
  })
})

describe('hidden fields', () => {
  test('are hidden in arrays, and where a name itself has dots', async () => {
    const registry = openRegistry()
    const metadata = {
      people: [{ name: 'Ann', pay: 901 }, 7, [{ pay: 902 }]],
      'people.pay': 903,
      box: { 'people.pay': 1 },
    }
    await registry.register('bob', metadata)
    const caller = callerOf(registry, { hiddenFields: ['people.pay'] })
    const [listed] = (await caller.enumerate()).registrations
    expect(listed?.metadata).toEqual({
      people: [{ name: 'Ann' }, 7, [{}]],
      box: { 'people.pay': 1 },
    })
  })

  test.each(['a..b', '.', 'a.'])('that are no paths deny: %s', async (field) => {
    await expect(
      callerOf(openRegistry(), { hiddenFields: [field] }).enumerate(),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

test.each(['hidenFields', 'hidden_fields', 'filters', 'validFor', 'expiresAt'])(
  'a decision with the unknown member %s denies, because it was meant to restrict',
  async (name) => {
    await expect(callerOf(openRegistry(), { [name]: ['pay'] }).enumerate()).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
  },
)

test.each(['hiddenFields', 'filter', 'validForMs'])(
  'a decision whose %s is undefined denies, because it was looked up in vain',
  async (name) => {
    await expect(callerOf(openRegistry(), { [name]: undefined }).enumerate()).rejects.toMatchObject(
      {
        code: 'FORBIDDEN',
      },
    )
  },
)

test('without enforcement no call waits for the authorizer', async () => {
  const registry = openRegistry()
  const audit = new AuditTrail()
  const { promise, resolve } = Promise.withResolvers<Decision>()
  const options = { audit, enforce: false, decideWithinMs: 60_000 }
  const caller = authorize(registry, { decide: () => promise }, options).as('token')
  await caller.register('alice', {})
  expect(await caller.enumerate()).toMatchObject({ totalCount: 1 })
  resolve({ allowed: false, principal, reason: 'because' })
  const records = audit[Symbol.asyncIterator]()
  for (const operation of ['register', 'enumerate']) {
    expect((await records.next()).value).toMatchObject({
      operation,
      allowed: false,
      enforced: false,
    })
  }
})
