import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { missingPrograms, startRedisProgram } from '../../src/environment/programs.ts'
import { connectRegistry } from '../../src/registry/connect.ts'
import type { MulticastRegistry } from '../../src/registry/registry.ts'
import { test } from './measuring/core-test.ts'

const IDENTITIES = 1_000
const CALLS_IN_TURN = 200
const CALLS_AT_ONCE = 2_000
const IN_FLIGHT = 64

/*
 * What it costs to acknowledge a registration only once a replica has it. Primary and replica are on this machine: over a
 * network, each wait takes one more round trip between them.
 */
test('register: with and without waiting for a replica', async ({
  compare,
  servers,
  skip,
  onTestFinished,
}) => {
  const missing = missingPrograms()
  if (missing !== undefined) skip(missing)
  const primary = await startRedisProgram()
  onTestFinished(() => primary.stop())
  const replica = await startRedisProgram({
    extraArgs: ['--replicaof', '127.0.0.1', `${primary.port}`],
  })
  onTestFinished(() => replica.stop())
  await isReplicating(replica.url)
  const connect = async (
    namespace: string,
    waitForReplicas?: { readonly count: number; readonly timeoutMs: number },
  ): Promise<MulticastRegistry> => {
    const registry = await connectRegistry({
      redisUrl: primary.url,
      natsUrls: servers.natsUrls,
      namespace,
      ...(waitForReplicas && { waitForReplicas }),
    })
    onTestFinished(() => registry.close())
    return registry
  }
  const plain = await connect('plain')
  const waiting = await connect('waiting', { count: 1, timeoutMs: 5_000 })
  const alone = {
    plain: 'one at a time',
    waiting: 'one at a time, replicated',
  }
  const many = {
    plain: `${IN_FLIGHT} in flight`,
    waiting: `${IN_FLIGHT} in flight, replicated`,
  }
  await compare({
    contenders: [
      { name: alone.plain, run: () => register(plain, CALLS_IN_TURN, 1), calls: CALLS_IN_TURN },
      { name: alone.waiting, run: () => register(waiting, CALLS_IN_TURN, 1), calls: CALLS_IN_TURN },
      {
        name: many.plain,
        run: () => register(plain, CALLS_AT_ONCE, IN_FLIGHT),
        calls: CALLS_AT_ONCE,
      },
      {
        name: many.waiting,
        run: () => register(waiting, CALLS_AT_ONCE, IN_FLIGHT),
        calls: CALLS_AT_ONCE,
      },
    ],
    figures: [
      {
        what: 'latency of a registration that waits for a replica, by one that does not',
        ratio: [alone.waiting, alone.plain],
        must: { atMost: 8 },
      },
      {
        what: `the same of throughput, ${IN_FLIGHT} in flight`,
        ratio: [many.plain, many.waiting],
        must: { atLeast: 0.2 },
      },
    ],
    rounds: 20,
    warmUpRounds: 3,
  })
})

async function register(
  registry: MulticastRegistry,
  calls: number,
  inFlight: number,
): Promise<void> {
  let next = 0
  const keepRegistering = async (): Promise<void> => {
    while (next < calls) {
      const n = next++
      await registry.register(`user-${n % IDENTITIES}`, { n }, { replace: true })
    }
  }
  await Promise.all(Array.from({ length: inFlight }, keepRegistering))
}

async function isReplicating(url: string): Promise<void> {
  const redis = new Redis(url)
  try {
    while (!(await redis.info('replication')).includes('link_status:up')) await delay(50)
  } finally {
    redis.disconnect()
  }
}
