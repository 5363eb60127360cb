import { describe, expect, onTestFinished, test } from 'vitest'
import type { Quotas } from '../quotas/quotas.ts'
import type { RegistryStore } from '../store.ts'
import { identitiesOf, request } from './store.contract.ts'

/** A rate that gives nothing more while a test runs. */
const SLOW = 0.001

/**
 * What every store with quotas must do.
 * @param open a store of a new namespace that has these quotas.
 */
export function describeQuotaContract(
  name: string,
  open: (quotas: Quotas) => Promise<RegistryStore>,
): void {
  const opened = async (quotas: Quotas): Promise<RegistryStore> => {
    const store = await open(quotas)
    onTestFinished(() => store.close())
    return store
  }

  describe(name, () => {
    test('limits nothing with quotas that set no limit', async () => {
      const store = await opened({})
      await Promise.all(Array.from({ length: 50 }, (_, n) => store.register(request(`u${n}`))))
      await store.register(request('for ever', { ttlMs: 0 }))
      await store.chargeMulticast?.(1_000_000, 1_000_000)
    })

    test('refuses an identity too many, and says when the first expires', async () => {
      const store = await opened({ identities: 2 })
      await store.register(request('a', { ttlMs: 60_000 }))
      await store.register(request('b', { ttlMs: 90_000 }))
      const refused: unknown = await store.register(request('c')).catch((error: unknown) => error)
      expect(refused).toMatchObject({
        code: 'QUOTA_EXCEEDED',
        message: expect.stringMatching('2 identities'),
      })
      const retryAfterMs = Number(Reflect.get(Object(refused), 'retryAfterMs'))
      expect(retryAfterMs).toBeGreaterThan(0)
      expect(retryAfterMs).toBeLessThanOrEqual(60_000)
      // It may replace its own, and take the place of one that left.
      await store.register(request('a', { replace: true }))
      await store.register(request('c', { replace: true })).catch((error: unknown) => error)
      await store.unregister('b')
      await store.register(request('c'))
      expect(await identitiesOf(store)).toEqual(['a', 'c'])
    })

    test('does not say when, if no identity expires', async () => {
      const store = await opened({ identities: 1 })
      await store.register(request('a', { ttlMs: 0 }))
      await expect(store.register(request('b'))).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
        retryAfterMs: null,
      })
    })

    test('refuses every identity with a quota of 0', async () => {
      const store = await opened({ identities: 0 })
      await expect(store.register(request('a', { replace: true }))).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
      })
    })

    test('refuses registrations beyond the burst, also those that replace, and after leaving or clearing', async () => {
      const store = await opened({ registrationsPerSecond: SLOW, registrationsBurst: 3 })
      await store.register(request('a'))
      await store.register(request('a', { replace: true }))
      // A refused one is not charged.
      await expect(store.register(request('a'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
      await store.unregister('a')
      await store.register(request('a'))
      await store.clear()
      for (const replace of [true, false]) {
        const refused: unknown = await store
          .register(request('b', { replace }))
          .catch((error: unknown) => error)
        expect(refused).toMatchObject({ code: 'RATE_LIMITED' })
        expect(Reflect.get(Object(refused), 'retryAfterMs')).toBeGreaterThan(0)
        expect(Reflect.get(Object(refused), 'retryAfterMs')).toBeLessThanOrEqual(1_000_000)
      }
      expect(await identitiesOf(store)).toEqual([])
    })

    test('accepts a registration at the time that its refusal names', async () => {
      const store = await opened({ registrationsPerSecond: 20, registrationsBurst: 1 })
      for (let n = 0; n < 3; n += 1) {
        for (;;) {
          const error: unknown = await store.register(request(`u${n}`)).catch((each) => each)
          if (!(error instanceof Error)) break
          expect(error).toMatchObject({ code: 'RATE_LIMITED' })
          const waitMs = Number(Reflect.get(error, 'retryAfterMs'))
          expect(waitMs).toBeLessThanOrEqual(50)
          await new Promise((resolve) => setTimeout(resolve, waitMs + 1))
          await store.register(request(`u${n}`))
          break
        }
      }
      expect(await identitiesOf(store)).toHaveLength(3)
    })

    test('never accepts with a rate of 0', async () => {
      const store = await opened({ registrationsPerSecond: 0 })
      await expect(store.register(request('a'))).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
        retryAfterMs: null,
      })
    })

    test.each([0, 60_001])('refuses a TTL of %s over the longest one', async (ttlMs) => {
      const store = await opened({ maxTtlMs: 60_000 })
      const says = { code: 'QUOTA_EXCEEDED', retryAfterMs: null }
      const { expiresAt } = await store.register(request('a', { ttlMs: 60_000 }))
      await expect(store.register(request('b', { ttlMs }))).rejects.toMatchObject(says)
      await expect(store.register(request('a', { ttlMs, replace: true }))).rejects.toMatchObject(
        says,
      )
      await expect(store.heartbeat('a', ttlMs)).rejects.toMatchObject({
        ...says,
        message: expect.stringContaining('ttlMs'),
      })
      expect(await store.lookUp(['a', 'b'])).toMatchObject([{ identity: 'a', expiresAt }])
      await store.heartbeat('a', 60_000)
    })

    test('keeps a longer TTL from those that move', async () => {
      const store = await opened({ maxTtlMs: 60_000 })
      const { registeredAt, expiresAt } = await store.register(request('a', { ttlMs: 60_000 }))
      await store.moveTo({ identity: 'a', registeredAt, gateway: null }, 'g')
      expect(await store.lookUp(['a'])).toMatchObject([{ gateway: 'g', expiresAt }])
    })

    test('refuses metadata that does not fit the schema, and says where; it costs nothing', async () => {
      const store = await opened({
        registrationsPerSecond: SLOW,
        registrationsBurst: 1,
        metadataSchema: {
          type: 'object',
          properties: { address: { properties: { zip: { pattern: '^[0-9]{5}$' } } } },
          required: ['address'],
        },
      })
      const says = (message: string) => ({ code: 'INVALID_METADATA', message })
      const metadata = { address: { zip: '1234' } }
      await expect(store.register(request('a', { metadata }))).rejects.toMatchObject(
        says('metadata.address.zip: must match pattern "^[0-9]{5}$"'),
      )
      await expect(store.register(request('a', { replace: true }))).rejects.toMatchObject(
        says("metadata: must have required property 'address'"),
      )
      await store.register(request('a', { metadata: { address: { zip: '12345' } } }))
      await store.heartbeat('a', 1000)
    })

    test('charges multicasts, their recipients and their bytes, all or nothing', async () => {
      const store = await opened({
        multicastsPerSecond: SLOW,
        multicastsBurst: 3,
        recipientsPerMulticast: 100,
        payloadBytesPerSecond: SLOW,
        payloadBytesBurst: 1000,
      })
      await store.chargeMulticast?.(100, 9)
      await expect(store.chargeMulticast?.(101, 0)).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
        message: expect.stringContaining('100 recipients per multicast'),
        retryAfterMs: null,
      })
      await expect(store.chargeMulticast?.(10, 101)).rejects.toMatchObject({
        code: 'QUOTA_EXCEEDED',
        retryAfterMs: null,
      })
      await expect(store.chargeMulticast?.(10, 11)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
      await store.chargeMulticast?.(10, 10)
      // The refused ones were not counted.
      await store.chargeMulticast?.(100, 0)
      await expect(store.chargeMulticast?.(0, 0)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    })
  })
}
