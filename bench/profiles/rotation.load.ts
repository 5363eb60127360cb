import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import { startRedisProgram } from '../../src/environment/programs.ts'
import { connectRegistry } from '../../src/registry/connect.ts'
import type { RedisCredentials } from '../../src/registry/credentials.ts'
import { startOperatedServer } from '../../src/registry/nats/testing/nats-operator.ts'
import { constant, expect, test } from '../../src/vitest/registry-test.ts'
import { tenant } from '../../src/workloads/tenant.ts'

/** How long credentials live, in ms: they are renewed about every 1.5 s. */
const LIFE_MS = 2_000
const IDENTITIES = 200

// Two registries on servers of their own, with the same load: one with credentials that end every two seconds, after which
// Redis deletes the user and NATS closes the connection, the other with credentials that don't end. No request fails.
test('rotation: credentials that end every 2 s', async ({ load }) => {
  const redis = await startRedisProgram()
  onTestFinished(() => redis.stop())
  const { server: nats, credsFor } = await startOperatedServer()
  onTestFinished(() => nats.stop())
  const admin = new Redis(redis.url)
  onTestFinished(() => admin.disconnect())
  const servers = { redisUrl: redis.url, natsUrls: [nats.url] }

  const rotating = await connectRegistry({
    ...servers,
    namespace: 'rotating',
    redisCredentials: usersOf(admin),
    natsCredentials: () => ({ creds: credsFor(LIFE_MS), expiresAt: Date.now() + LIFE_MS }),
  })
  onTestFinished(() => rotating.close())
  const steady = await connectRegistry({
    ...servers,
    namespace: 'steady',
    natsCredentials: { creds: credsFor() },
  })
  onTestFinished(() => steady.close())

  const result = await load({
    operations: {
      rotating: await tenant(rotating, IDENTITIES, 1),
      steady: await tenant(steady, IDENTITIES, 1),
    },
    arrivals: constant(200),
    duration: { short: '20s', long: '60s', full: '10m' },
  })

  const slo = { successRate: 1, response: { p95: '50ms' } } as const
  expect(result).toMeetSlo({ operations: { rotating: slo, steady: slo } })
})

/** A new user at each call; the one before the last is deleted, which closes its connections. */
function usersOf(admin: Redis): () => Promise<RedisCredentials> {
  let made = 0
  return async () => {
    made += 1
    const username = `user-${made}`
    await admin.call('ACL', 'SETUSER', username, 'on', `>${username}`, '~*', '&*', '+@all')
    await admin.call('ACL', 'DELUSER', `user-${made - 2}`)
    return { username, password: username, expiresAt: Date.now() + LIFE_MS }
  }
}
