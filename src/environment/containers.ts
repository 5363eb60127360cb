import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { programBeside } from '../program-beside.ts'
import { EnvironmentError } from './environment-error.ts'
import type { ServerContainer } from './nodes/container-process.ts'
import type { BackendImages } from './settings.ts'

/** The output of the containers' keeper process, one JSON object per line. */
export type KeeperMessage =
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'ready'; readonly containers: readonly ServerContainer[] }
  | { readonly type: 'failed'; readonly reason: string }

/** One Redis and one NATS, or a cluster of each. */
export type ContainersSize = 'single' | 'cluster'

/** A label on every container; its value is the id of the process that uses the containers. */
export const ownerLabel = 'prism-loadtest.owner-pid'

export type ContainersStart =
  | {
      readonly state: 'ready'
      readonly containers: readonly ServerContainer[]
      /** Resolves when the containers are removed. Can be called again. */
      readonly stop: () => Promise<void>
    }
  | { readonly state: 'failed'; readonly reason: string }

const stopTimeoutMs = 30_000

/**
 * Starts Redis and NATS as containers without persistence, published on loopback.
 *
 * A keeper process owns them and removes them when the pipe from this process closes, so they are removed
 * however and whenever this process dies.
 */
export async function startContainers(
  images: BackendImages,
  onProgress: (message: string) => void,
  size: ContainersSize = 'single',
): Promise<ContainersStart> {
  if (!isInstalled('testcontainers')) {
    return {
      state: 'failed',
      reason: 'the package testcontainers is not installed (npm i -D testcontainers)',
    }
  }
  const script = fileURLToPath(programBeside('container-keeper.ts', import.meta.url))
  const argument = JSON.stringify({ images, size, ownerPid: process.pid })
  const keeper = spawn(process.execPath, [script, argument], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  keeper.stdin.on('error', () => {})
  const stop = () => stopKeeper(keeper)

  const lines = createInterface({ input: keeper.stdout })
  const outcome = await new Promise<Exclude<KeeperMessage, { type: 'progress' }>>((resolve) => {
    lines.on('line', (line) => {
      const message = JSON.parse(line) as KeeperMessage
      if (message.type === 'progress') onProgress(message.text)
      else resolve(message)
    })
    const died = () => resolve({ type: 'failed', reason: 'their keeper process died' })
    keeper.once('error', died)
    keeper.once('close', died)
  })
  if (outcome.type === 'failed') {
    await stop()
    return { state: 'failed', reason: outcome.reason }
  }
  keeper.unref()
  for (const pipe of [keeper.stdin, keeper.stdout]) {
    if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
  }
  return { state: 'ready', containers: outcome.containers, stop }
}

/** A package that only its users install. */
function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name)
    return true
  } catch {
    return false
  }
}

async function stopKeeper(keeper: ChildProcess): Promise<void> {
  if (keeper.pid === undefined) return
  keeper.stdin?.end()
  if (keeper.exitCode === null && keeper.signalCode === null) {
    keeper.ref()
    await Promise.race([once(keeper, 'exit'), sleep(stopTimeoutMs, undefined, { ref: false })])
  }
  if (keeper.exitCode === 0) return
  throw new EnvironmentError(
    `The containers of this run may not all have been removed. Remove them with: ` +
      `docker rm -f $(docker ps -aq --filter label=${ownerLabel}=${process.pid})`,
  )
}
