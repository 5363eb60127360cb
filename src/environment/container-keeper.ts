import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { GenericContainer, getContainerRuntimeClient, ImageName, Wait } from 'testcontainers'
import type { ContainerRuntimeClient } from 'testcontainers'
import { SIGNALS } from '../process/signals.ts'
import { ownerLabel, type KeeperMessage } from './containers.ts'
import type { BackendImages } from './settings.ts'

interface KeeperTask {
  readonly images: BackendImages
  readonly ownerPid: number
}

type Labels = Record<string, string>
type PortBindings = Record<string, { HostIp?: string }[]>

const runLabel = 'prism-loadtest.run'
const daemonTimeoutMs = 5_000
const startTimeoutMs = 30_000

/** A container that is published on 127.0.0.1 only, unless the daemon is on another host. */
class LoopbackContainer extends GenericContainer {
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
async function keep({ images, ownerPid }: KeeperTask, closed: Promise<void>): Promise<void> {
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
  const starts = Promise.all([
    startRedis(images.redis, labels, host),
    startNats(images.nats, labels, host),
  ])
  try {
    const addresses = await Promise.race([starts, closed])
    if (addresses === undefined) return
    const [redis, nats] = addresses
    say({ type: 'ready', redisUrl: `redis://${redis}`, natsUrl: `nats://${nats}` })
    await closed
  } catch (error) {
    say({ type: 'failed', reason: messageOf(error) })
  } finally {
    // A start under way may still create a container; removing the present ones ends it.
    do await removeAll(client, run)
    while (!(await settles(starts, 20)))
    await removeAll(client, run)
  }
}

// Flags are enough as a command, because the images' entrypoints prepend the server's name.

function startRedis(image: string, labels: Labels, host: string): Promise<string> {
  const flags = ['--save', '', '--appendonly', 'no', '--protected-mode', 'no']
  return startContainer(image, labels, host, 6379, flags, 'Ready to accept connections')
}

function startNats(image: string, labels: Labels, host: string): Promise<string> {
  const flags = ['--jetstream', '--store_dir', '/data']
  return startContainer(image, labels, host, 4222, flags, 'Server is ready')
}

/** @returns the container's `host:port`. */
async function startContainer(
  image: string,
  labels: Labels,
  host: string,
  port: number,
  flags: string[],
  readyText: string,
): Promise<string> {
  try {
    const container = await new LoopbackContainer(image)
      .withCommand(flags)
      .withExposedPorts(port)
      .onDaemonHost(host)
      .withTmpFs({ '/data': 'rw' })
      .withLabels(labels)
      .withAutoCleanup(false)
      .withWaitStrategy(Wait.forLogMessage(readyText))
      .withStartupTimeout(startTimeoutMs)
      .start()
    return `${host === 'localhost' ? '127.0.0.1' : host}:${container.getMappedPort(port)}`
  } catch (error) {
    throw new Error(`a container of ${image} did not start (${messageOf(error)})`, { cause: error })
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

async function settles(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  )
  return Promise.race([settled, sleep(withinMs, false)])
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
