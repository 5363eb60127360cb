import { expect, test } from 'vitest'
import { type Registration, isIdentityBefore, type Identified } from '../registration.ts'
import { FieldIndex } from './field-index.ts'
import { KeptIndexes, type IndexBounds } from './kept-indexes.ts'
import { SortedList } from './sorted-list.ts'

const bounds: IndexBounds = { max: 4, min: 2, maxRegistrations: 1_000, minRequests: 1 }

function open(overrides: Partial<IndexBounds> = {}, count = 10) {
  const all = new SortedList<Identified, Registration>(isIdentityBefore)
  for (let n = 0; n < count; n += 1) all.put(registration(`user-${n}`))
  const built: string[] = []
  const kept = new KeptIndexes<FieldIndex>(all, { ...bounds, ...overrides })
  const request = async (name: string): Promise<boolean> => {
    await kept.request(name, () => {
      built.push(name)
      return new FieldIndex([name])
    })
    return kept.get(name) !== undefined
  }
  return { all, kept, built, request }
}

test('requesting one field more than fits, in rotation, builds no index', async () => {
  const { built, request } = open()
  for (let n = 0; n < 1_000; n += 1) await request(`field-${n % 5}`)
  expect(built).toEqual(['field-0', 'field-1', 'field-2', 'field-3'])
})

test('a field that is requested more often displaces another one', async () => {
  const { kept, request } = open()
  for (let n = 0; n < 300; n += 1) await request(`field-${n % 4}`)
  for (let n = 0; n < 300; n += 1) await request(`field-${4 + (n % 4)}`)
  for (const name of ['field-4', 'field-5', 'field-6', 'field-7']) {
    expect(kept.get(name)).toBeDefined()
  }
  expect(kept.size).toBe(4)
})

test('a rarely requested field is not indexed when the indexes are full', async () => {
  const { built, request } = open()
  for (let n = 0; n < 4_000; n += 1) {
    await request(n % 2 === 0 ? `field-${(n / 2) % 4}` : `other-${n}`)
  }
  expect(built.length).toBeLessThan(10)
})

test('the more registrations there are, the fewer indexes are kept', async () => {
  const { kept, request } = open({}, 400)
  for (let n = 0; n < 100; n += 1) await request(`field-${n % 4}`)
  expect(kept.size).toBe(2)
})

test('an index that is expensive to build is built after several requests', async () => {
  const { built, request } = open({ minRequests: 3 })
  const answers = [await request('field'), await request('field'), await request('field')]
  expect(answers).toEqual([false, false, true])
  expect(built).toHaveLength(1)
})

test('an index without further requests is dropped', async () => {
  const { kept, request } = open()
  await request('field')
  for (let n = 0; n < 30_000; n += 1) kept.update(undefined, registration('user-1'))
  expect(kept.size).toBe(0)
})

test('an index is complete even if registrations change while it is built', async () => {
  const { all, kept, request } = open({ maxRegistrations: Infinity }, 60_000)
  const built = request('group')
  const present = new Map([...all.view()].map((each) => [each.identity, each]))
  let isBuilding = true
  const change = (): void => {
    if (!isBuilding) return
    for (let n = 0; n < 50; n += 1) {
      const identity = `user-${Math.floor(Math.random() * 70_000)}`
      const before = present.get(identity)
      const after = Math.random() < 0.5 ? registration(identity, n % 3) : undefined
      if (after) all.put(after)
      else all.remove({ identity })
      if (after) present.set(identity, after)
      else present.delete(identity)
      kept.update(before, after)
    }
    setImmediate(change)
  }
  setImmediate(change)
  expect(await built).toBe(true)
  isBuilding = false
  for (const group of [0, 1, 2]) {
    const expected = [...all.view()].filter(({ metadata }) => metadata['group'] === group)
    expect([...(kept.get('group')?.view(group) ?? [])]).toEqual(expected)
  }
})

function registration(identity: string, group = 0): Registration {
  return { identity, metadata: { group }, registeredAt: 0, expiresAt: null, gateway: null }
}
