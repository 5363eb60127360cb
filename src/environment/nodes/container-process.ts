import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import { nowMs } from '../../load/clock.ts'
import type { ServerNode } from '../backends.ts'
import { archiveOf, CONFIGURATION_PATH, containerConfiguration } from '../container-files.ts'
import { EnvironmentError } from '../environment-error.ts'
import type { NodeProcess } from './node-process.ts'
import { askRedis } from './redis-role.ts'

/** A server in a container that doesn't answer within this time, in ms, won't. */
const ANSWER_TIMEOUT_MS = 30_000
const PAUSE_MS = 20

/** The container of a server. */
export interface ServerContainer extends ServerNode {
  readonly id: string
}

/** A container's main process. The container stays when its process ends, so it keeps its address and data. */
export function containerProcess({ id, ...node }: ServerContainer): NodeProcess {
  let generation = 1
  return {
    node,
    signal: async (signal) => {
      await (await dockerContainer(id)).kill({ signal })
    },
    hasEnded: async () => !(await (await dockerContainer(id)).inspect()).State.Running,
    ended: async () => {
      await (await dockerContainer(id)).wait()
    },
    start: async (isPersistent) => {
      const container = await dockerContainer(id)
      const configuration = containerConfiguration(node.server, { isPersistent, generation })
      const archive = archiveOf(CONFIGURATION_PATH.slice(1), configuration)
      await container.putArchive(archive, { path: '/' })
      await container.start()
      await answers(node)
    },
    erase: async () => {
      generation += 1
    },
  }
}

/** Loaded only when a fault is injected: most runs have none. */
async function dockerContainer(id: string) {
  const { getContainerRuntimeClient } = await import('testcontainers')
  const { container } = await getContainerRuntimeClient()
  return container.dockerode.getContainer(id)
}

/** @throws EnvironmentError if it doesn't within 30 s. */
async function answers(node: ServerNode): Promise<void> {
  const deadline = nowMs() + ANSWER_TIMEOUT_MS
  for (;;) {
    try {
      return await (node.server === 'redis' ? pingRedis(node) : pingNats(node))
    } catch (error) {
      if (nowMs() > deadline) {
        const reason = error instanceof Error ? error.message : String(error)
        throw new EnvironmentError(
          `The container of ${node.name} at ${node.address} was started and does not answer: ${reason}.`,
        )
      }
    }
    await sleep(PAUSE_MS)
  }
}

async function pingRedis(node: ServerNode): Promise<void> {
  await askRedis(node, (redis) => redis.ping())
}

async function pingNats({ address }: ServerNode): Promise<void> {
  const nats = await connect({ servers: address, timeout: 1_000, reconnect: false })
  await nats.close()
}
