import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  startNatsCluster,
  stopCluster,
  type ClusterProgram,
} from '../../environment/cluster/cluster-programs.ts'
import {
  missingPrograms,
  startNatsProgram,
  type ServerProgram,
} from '../../environment/programs.ts'
import type { DurabilityOptions } from '../durability-options.ts'
import type { DeliveryStatus, Messenger } from '../messenger.ts'
import { closeCanaries, hostOf, waitForAllServers } from '../testing/all-servers.ts'
import { describeAbortedSend } from '../testing/aborted-send.contract.ts'
import { describeDurability } from '../testing/durability.contract.ts'
import { describeMessenger } from '../testing/messenger.contract.ts'
import { connectNatsMessenger } from './nats-messenger.ts'

const hasPrograms = missingPrograms() === undefined

describe.skipIf(!hasPrograms)('On a NATS cluster (needs nats-server on the PATH)', () => {
  let cluster: readonly ClusterProgram[] = []
  let servers: readonly ServerProgram[] = []
  const urls = () => servers.map(({ url }) => url)

  beforeAll(async () => {
    cluster = await startNatsCluster(3)
    servers = cluster.map(({ program }) => program)
  }, 60_000)

  afterAll(async () => {
    await closeCanaries()
    await stopCluster(cluster)
  })

  for (const describeContract of [describeMessenger, describeAbortedSend]) {
    describeContract('NatsMessenger on a cluster', () => {
      const namespace = `test-${randomUUID()}`
      return async (settings) => {
        const messenger = await connectNatsMessenger({ servers: urls(), namespace, ...settings })
        return waitForAllServers(messenger, servers)
      }
    })
  }

  describeDurability('NatsMessenger on a cluster', async () => {
    const namespace = `test-${randomUUID()}`
    return async (durability, warnings) => {
      const options = { ...(durability && { durability }), ...(warnings && { warnings }) }
      const messenger = await connectNatsMessenger({ servers: urls(), namespace, ...options })
      return waitForAllServers(messenger, servers)
    }
  })

  const replicasOf = (namespace: string) =>
    withAdmin(servers, async (admin) => {
      const names = ['durable', 'progress'].map((kind) => `prism_multicast-${kind}-${namespace}`)
      const streams = await Promise.all(names.map((name) => admin.streams.info(name)))
      return streams.map(({ config }) => config.num_replicas)
    })

  const open = async (namespace: string, durability: DurabilityOptions): Promise<Messenger> => {
    const messenger = await connectNatsMessenger({ servers: urls(), namespace, durability })
    onTestFinished(() => messenger.close())
    return messenger
  }

  test('streams have three replicas, unless told otherwise', async () => {
    await open('by-default', {})
    await open('told', { replicas: 1 })
    expect(await replicasOf('by-default')).toEqual([3, 3])
    expect(await replicasOf('told')).toEqual([1, 1])
  })

  test('a stream keeps its replicas, and is refused to whoever asks for more', async () => {
    await open('kept', { replicas: 1 })
    await open('kept', {})
    expect(await replicasOf('kept')).toEqual([1, 1])
    await expect(open('kept', { replicas: 3 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(
        /replicas is 3, but .* has 1.*nats stream edit .* --replicas 3/,
      ),
    })
  })

  test('more replicas than servers are INVALID_ARGUMENT', async () => {
    await expect(open('many', { replicas: 5 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining("can't keep that many"),
    })
    const server = await startNatsProgram()
    onTestFinished(() => server.stop())
    const alone = connectNatsMessenger({
      servers: [server.url],
      namespace: 'alone',
      durability: { replicas: 3 },
    })
    await expect(alone).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining("can't keep that many"),
    })
  })

  // Last: it kills a server of the cluster.
  test('no message is lost or handled twice when the leader of the stream is killed under load', async () => {
    const namespace = 'survives'
    const sender = await open(namespace, {})
    const host = await open(namespace, { gatewayName: 'host' })
    const handled = new Map<string, number>()
    await host.subscribe(['a', 'b'], ({ id, identity }) => {
      const key = `${id} ${identity}`
      handled.set(key, (handled.get(key) ?? 0) + 1)
    })
    const targets = ['a', 'b'].map((identity) => ({ identity, gateway: host.gateway }))
    const sent = new Map<string, ReadonlyMap<string, DeliveryStatus>>()
    const send = async (id: string): Promise<void> => {
      const message = { id, payload: new TextEncoder().encode(id) }
      const options = { delivery: 'exactly-once', timeoutMs: 30_000, receipts: true } as const
      // While no connection is up, a call fails at once and stores nothing.
      for (;;) {
        try {
          sent.set(id, await sender.send(message, targets, options))
          return
        } catch (error) {
          expect(error).toMatchObject({ code: 'UNAVAILABLE' })
          await delay(50)
        }
      }
    }
    const sends: Promise<void>[] = []
    for (let n = 0; n < 150; n += 1) {
      sends.push(send(`message-${n}`))
      if (n === 50) await killLeader(servers, `prism_multicast-durable-${namespace}`)
      await delay(10)
    }
    await Promise.all(sends)
    const statuses = [...sent.values()].flatMap((report) => [...report.values()])
    // A receipt may be lost with the server that carried it; the message is handled all the same.
    expect(statuses).toHaveLength(300)
    const unkept = statuses.filter((status) => status !== 'DELIVERED' && status !== 'PENDING')
    expect(unkept).toEqual([])
    await expect.poll(() => handled.size, { timeout: 30_000 }).toBe(300)
    expect([...handled.values()].every((times) => times === 1)).toBe(true)
  }, 90_000)
})

async function withAdmin<T>(
  servers: readonly ServerProgram[],
  work: (admin: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<T>,
): Promise<T> {
  const nats = await connect({ servers: servers.map(hostOf) })
  try {
    return await work(await jetstreamManager(nats))
  } finally {
    await nats.close()
  }
}

async function killLeader(servers: readonly ServerProgram[], stream: string): Promise<void> {
  const leader = await withAdmin(servers, async (admin) => {
    const { cluster } = await admin.streams.info(stream)
    return cluster?.leader
  })
  const server = servers[Number(leader?.replace('nats-', '')) - 1]
  if (server === undefined) throw new Error(`There is no server ${leader}.`)
  process.kill(server.pid, 'SIGKILL')
}
