import { expect, test } from 'vitest'
import { AuditTrail, type AuditEntry } from './audit-trail.ts'

function entry(n: number): AuditEntry {
  return {
    at: n,
    principal: null,
    operation: 'enumerate',
    namespace: 'orders',
    identities: [],
    identityCount: 0,
    pattern: null,
    fields: [],
    allowed: true,
    reason: null,
    enforced: true,
    durationMs: 0,
  }
}

test('records come in order, and the loop waits for the next', async () => {
  const audit = new AuditTrail()
  const seen = (async () => {
    const times: number[] = []
    for await (const { at } of audit) times.push(at)
    return times
  })()
  audit.add(entry(1))
  await Promise.resolve()
  audit.add(entry(2))
  audit.add(entry(3))
  audit.close()
  audit.add(entry(4))
  expect(await seen).toEqual([1, 2, 3])
})

test('what nobody reads in time is lost from the oldest on, and counted in the next', async () => {
  const audit = new AuditTrail(3)
  for (let n = 1; n <= 10; n += 1) audit.add(entry(n))
  const records = audit[Symbol.asyncIterator]()
  expect((await records.next()).value).toMatchObject({ at: 8, lost: 7 })
  expect((await records.next()).value).toMatchObject({ at: 9, lost: 0 })
  audit.add(entry(11))
  audit.close()
  expect((await records.next()).value).toMatchObject({ at: 10, lost: 0 })
  expect((await records.next()).value).toMatchObject({ at: 11, lost: 0 })
  expect((await records.next()).done).toBe(true)
})

test.each([0, -1, 1.5, Number.NaN])('refuses to keep %d records', (capacity) => {
  expect(() => new AuditTrail(capacity)).toThrow(/^capacity: .* must be an integer from 1/)
})
