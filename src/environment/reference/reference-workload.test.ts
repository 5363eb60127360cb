import { Redis } from 'ioredis'
import { beforeEach, describe, expect, inject, test } from 'vitest'
import {
  CONFIGURATION_FILE,
  missingPrograms,
  startNatsProgram,
  startRedisProgram,
} from '../programs.ts'
import { REFERENCE_VERSION, runReferenceWorkload } from './reference-workload.ts'
import { summaryOf } from './reference.ts'

const backends = inject('backends')

describe.runIf(backends.kind !== 'memory')('the reference workload', () => {
  beforeEach(({ skip }) => skip(backends.kind === 'memory'))
  const servers = backends.kind === 'memory' ? { redisUrl: '', natsUrls: [] } : backends

  test('measures a round trip per server', async () => {
    const reference = await runReferenceWorkload(servers)
    expect(reference).toMatchObject({ version: REFERENCE_VERSION, roundTrips: 1_000 })
    expect(reference.parts.map(({ name }) => name)).toEqual(['Redis', 'NATS'])
    for (const { p50Ms, spread } of reference.parts) {
      expect(p50Ms).toBeGreaterThan(0)
      expect(spread).toBeGreaterThanOrEqual(0)
    }
  })

  test('leaves no key and no connection behind', async () => {
    const redis = new Redis(servers.redisUrl)
    const keys = () => redis.keys('prism-reference-*')
    const connections = async () =>
      String(await redis.client('LIST'))
        .split('\n')
        .filter((line) => / cmd=(set|del)\b/.test(line)).length
    const before = await connections()
    await runReferenceWorkload(servers)
    expect(await keys()).toEqual([])
    await expect.poll(connections).toBeLessThanOrEqual(before)
    await redis.quit()
  })

  test('fails without servers', async () => {
    const nowhere = { redisUrl: 'redis://127.0.0.1:1', natsUrls: servers.natsUrls }
    await expect(runReferenceWorkload(nowhere)).rejects.toThrow()
    const deaf = { redisUrl: servers.redisUrl, natsUrls: ['nats://127.0.0.1:1'] }
    await expect(runReferenceWorkload(deaf)).rejects.toThrow()
  })
})

describe.skipIf(missingPrograms() !== undefined)(
  'users with few rights (needs nats-server)',
  () => {
    test('get no reference, and the reason', async ({ onTestFinished }) => {
      const permissions = 'permissions: { publish: ["a"], subscribe: ["_INBOX.>"] }'
      const files = {
        [CONFIGURATION_FILE]: `authorization { users: [{ user: "u", password: "p", ${permissions} }] }`,
      }
      const [redis, nats] = await Promise.all([startRedisProgram(), startNatsProgram({ files })])
      onTestFinished(async () => void (await Promise.all([redis.stop(), nats.stop()])))
      const natsUrls = [`nats://u:p@127.0.0.1:${nats.port}`]
      const denied = runReferenceWorkload({ redisUrl: redis.url, natsUrls })
      await expect(denied).rejects.toThrow(/Permissions Violation for Subscription/)
    })
  },
)

test('summarises blocks by the median and the interquartile range of their medians', () => {
  const blocks = [[1, 2, 3], [2, 3, 4], [2], [9, 2, 1], [6, 5, 4]]
  expect(summaryOf(blocks)).toEqual({ p50Ms: 3, spread: 1 / 3 })
  expect(summaryOf([[5, 5], [5]])).toEqual({ p50Ms: 5, spread: 0 })
})
