import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { GenericContainer, getContainerRuntimeClient, ImageName, Wait } from 'testcontainers'
import type { ContainerRuntimeClient } from 'testcontainers'
import { SIGNALS } from '../process/signals.ts'
import {
  CLUSTER_SIZE,
  planNatsCluster,
  planRedisCluster,
  type PlannedNode,
} from './cluster/cluster-plan.ts'
import { CONFIGURATION_PATH, containerConfiguration } from './container-files.ts'
import { ownerLabel, type ContainersSize, type KeeperMessage } from './containers.ts'
import { freePort } from './free-port.ts'
import type { ServerContainer } from './nodes/container-process.ts'
import type { BackendImages } from './settings.ts'

interface KeeperTask {
  readonly images: BackendImages
  readonly ownerPid: number
  readonly size: ContainersSize
}

type Labels = Record<string, string>
type PortBindings = Record<string, { HostIp?: string }[]>

/** What a container needs to know of its run. */
interface RunContext {
  readonly images: BackendImages
  readonly labels: Labels
  /** Where ports are published. */
  readonly host: string
}

const runLabel = 'prism-loadtest.run'
const daemonTimeoutMs = 5_000
const startTimeoutMs = 30_000
const portAttempts = 5
const portTaken = /already allocated|already in use/i
const dataFolder = '/data'
const containerPorts = { redis: 6379, nats: 4222 } as const
const readyTexts = { redis: 'Ready to accept connections', nats: 'Server is ready' } as const
// Flags are enough as a command, because the images' entrypoints prepend the server's name.
const configurationFlags = {
  redis: ['--include', CONFIGURATION_PATH],
  nats: ['--config', CONFIGURATION_PATH],
} as const

/** A container that is published on 127.0.0.1 only, unless the daemon is on another host. */
class LoopbackContainer extends GenericContainer {
  /** Data that outlives the container's process, and goes with the container. */
  withData(): this {
    this.createOpts.Volumes = { [dataFolder]: {} }
    return this
  }

  onDaemonHost(host: string): this {
    if (host !== 'localhost' && host !== '127.0.0.1') return this
    const ports: PortBindings = this.hostConfig.PortBindings ?? {}
    for (const bindings of Object.values(ports)) {
      for (const binding of bindings) binding.HostIp = '127.0.0.1'
    }
    return this
  }
}

/**
 * A process that owns the containers of one run. It prints one JSON object per line. When its input
 * closes, it removes the containers and exits. It replaces Ryuk, testcontainers' own remover, which needs
 * another image and doesn't report when a removal is complete.
 */
async function keep({ images, ownerPid, size }: KeeperTask, closed: Promise<void>): Promise<void> {
  const client = await daemon()
  if (client === undefined) {
    say({ type: 'failed', reason: 'no Docker daemon answers' })
    return
  }

  // Nothing needs to be removed yet, so a closed input ends a pull at once.
  const pulls = Promise.all([pull(client, images.redis), pull(client, images.nats)])
  const reasons = await Promise.race([pulls, closed])
  if (reasons === undefined) return
  const reason = reasons.find((text) => text !== undefined)
  if (reason !== undefined) {
    say({ type: 'failed', reason })
    return
  }

  const run = randomUUID()
  const labels = { [runLabel]: run, [ownerLabel]: String(ownerPid) }
  const { host } = client.info.containerRuntime
  const context = { images, labels, host: host === 'localhost' ? '127.0.0.1' : host }
  let starts: readonly Promise<ServerContainer>[] = []
  try {
    starts = size === 'cluster' ? await startClusters(context) : startSingles(context)
    const containers = await Promise.race([Promise.all(starts), closed])
    if (containers === undefined) return
    say({ type: 'ready', containers })
    await closed
  } catch (error) {
    say({ type: 'failed', reason: messageOf(error) })
  } finally {
    // Each start under way may still create a container; removing the present ones ends it.
    const allEnded = Promise.allSettled(starts).then(() => true)
    do await removeAll(client, run)
    while (!(await Promise.race([allEnded, sleep(20, false)])))
    await removeAll(client, run)
  }
}

function startSingles(context: RunContext): readonly Promise<ServerContainer>[] {
  return [startSingle('redis', context), startSingle('nats', context)]
}

/** On a port that stays the same when the container is started again, as a port that Docker chooses doesn't. */
async function startSingle(
  server: 'redis' | 'nats',
  context: RunContext,
): Promise<ServerContainer> {
  // Another process may take a free port first, hence the attempts.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const container = serverContainer(server, context)
      .withCommand([...configurationFlags[server]])
      .withExposedPorts({ container: containerPorts[server], host: port })
      .onDaemonHost(context.host)
    try {
      const { id } = await started(server, context, container)
      return { id, name: `${server}-1`, server, address: `${context.host}:${port}` }
    } catch (error) {
      if (!portTaken.test(messageOf(error)) || attempt === portAttempts) throw error
    }
  }
}

/** On the host's network, because nodes tell clients the same addresses that they tell each other. */
async function startClusters(context: RunContext): Promise<readonly Promise<ServerContainer>[]> {
  const plans = await Promise.all([
    planRedisCluster(CLUSTER_SIZE),
    planNatsCluster(CLUSTER_SIZE.natsServers),
  ])
  return plans.flat().map((node) => startNode(node, context))
}

async function startNode(node: PlannedNode, context: RunContext): Promise<ServerContainer> {
  const { name, server, port, args, files } = node
  const bind = server === 'redis' ? '--bind' : '--addr'
  const container = serverContainer(server, context)
    .withNetworkMode('host')
    .withCommand([...configurationFlags[server], '--port', `${port}`, bind, '127.0.0.1', ...args])
    .withCopyContentToContainer(
      Object.entries(files).map(([file, content]) => ({
        content,
        target: `${dataFolder}/${file}`,
        mode: 0o666,
      })),
    )
  const { id } = await started(server, context, container)
  return { id, name, server, address: `127.0.0.1:${port}` }
}

function serverContainer(server: 'redis' | 'nats', { images, labels }: RunContext) {
  return new LoopbackContainer(images[server])
    .withData()
    .withCopyContentToContainer([
      {
        content: containerConfiguration(server, { isPersistent: false, generation: 1 }),
        target: CONFIGURATION_PATH,
        mode: 0o644,
      },
    ])
    .withLabels(labels)
    .withAutoCleanup(false)
    .withWaitStrategy(Wait.forLogMessage(readyTexts[server]))
    .withStartupTimeout(startTimeoutMs)
}

async function started(
  server: 'redis' | 'nats',
  { images }: RunContext,
  container: LoopbackContainer,
): Promise<{ readonly id: string }> {
  try {
    return { id: (await container.start()).getId() }
  } catch (error) {
    throw new Error(`a container of ${images[server]} did not start (${messageOf(error)})`, {
      cause: error,
    })
  }
}

async function daemon(): Promise<ContainerRuntimeClient | undefined> {
  const silence = sleep(daemonTimeoutMs, undefined, { ref: false })
  return Promise.race([getContainerRuntimeClient(), silence]).catch(() => undefined)
}

/** @returns why the image is unavailable; `undefined` if it is present. */
async function pull(client: ContainerRuntimeClient, image: string): Promise<string | undefined> {
  try {
    const name = ImageName.fromString(image)
    if (await client.image.exists(name)) return undefined
    say({ type: 'progress', text: `Pulling ${image} (only the first time)…` })
    await client.image.pull(name)
    return undefined
  } catch (error) {
    return `the image ${image} cannot be pulled (${messageOf(error)})`
  }
}

async function removeAll(client: ContainerRuntimeClient, run: string): Promise<void> {
  const { dockerode } = client.container
  const filters = { label: [`${runLabel}=${run}`] }
  const containers = await dockerode.listContainers({ all: true, filters })
  await Promise.all(
    containers.map(async ({ Id }) => {
      // Already gone, or being removed.
      await dockerode
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(() => {})
    }),
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error)
}

function inputClosed(): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve())
    for (const signal of SIGNALS) process.once(signal, () => resolve())
    process.stdin.resume()
  })
}

function say(message: KeeperMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

const task = JSON.parse(process.argv[2] ?? '') as KeeperTask
// The reader may be gone by the time something is printed.
process.stdout.on('error', () => {})
await keep(task, inputClosed())
process.exit(0)
