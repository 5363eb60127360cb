import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { getContainerRuntimeClient } from 'testcontainers'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ServerBackends } from './backends.ts'
import { ownerLabel, startContainers } from './containers.ts'
import { missingPrograms } from './programs.ts'
import { backendSettings } from './settings.ts'

/**
 * A process that starts backends and then does what its input says. It prints `starting`, and then
 * what it got. Its servers keep their files in a folder of its own, so they can be told from others.
 */
const runnerScript = `
import { startBackends } from ${JSON.stringify(import.meta.resolve('./start-backends.ts'))}
import { backendSettings } from ${JSON.stringify(import.meta.resolve('./settings.ts'))}
console.log('starting')
const options = { ...backendSettings(process.env), onProgress() {} }
const { backends, stop } = await startBackends(options)
console.log(JSON.stringify(backends))
process.stdin.on('data', async (order) => {
  if (String(order) === 'throw') throw new Error('as ordered')
  if (String(order) === 'exit') process.exit(1)
  if (String(order) === 'survive') {
    process.on('SIGINT', () => console.log('interrupted'))
    console.log('prepared')
    return
  }
  await stop()
  process.stdin.pause()
})`

const folder = mkdtempSync(join(tmpdir(), 'prism-endings-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Runner {
  readonly process: ChildProcess
  readonly pid: number
  readonly folder: string
  readonly nextLine: () => Promise<string>
}

async function startRunner(
  choice: 'programs' | 'containers' | 'cluster',
  env: Readonly<Record<string, string>> = {},
): Promise<Runner> {
  const ownFolder = mkdtempSync(join(folder, 'runner-'))
  const child = spawn(process.execPath, ['--input-type=module', '--eval', runnerScript], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, ...env, BENCH_BACKEND: choice, TMPDIR: ownFolder },
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async () => String((await lines.next()).value)
  expect(await nextLine()).toBe('starting')
  return { process: child, pid: child.pid ?? 0, folder: ownFolder, nextLine }
}

async function runningServers(runner: Runner): Promise<ServerBackends> {
  return JSON.parse(await runner.nextLine()) as ServerBackends
}

/** Where the Docker daemon listens, if that is a socket of this machine. */
async function daemonSocket(): Promise<string | undefined> {
  const { container } = await getContainerRuntimeClient()
  return (container.dockerode.modem as { readonly socketPath?: string }).socketPath
}

/** A daemon that takes its time to create containers of NATS, for those who ask it at a path of its own. */
async function slowDaemon(
  socket: string,
  delayMs: number,
): Promise<{ env: Record<string, string>; close(): void }> {
  const path = join(folder, 'slow-docker.sock')
  const server = createServer((asking) => {
    const docker = connect(socket)
    asking.on('data', (chunk: Buffer) => {
      asking.pause()
      const isSlow = chunk.includes('containers/create') && chunk.includes('nats')
      const forward = () => {
        docker.write(chunk)
        asking.resume()
      }
      setTimeout(forward, isSlow ? delayMs : 0)
    })
    docker.pipe(asking)
    // What was asked for is done, even if nobody waits for it any longer.
    asking.on('close', () => setTimeout(() => docker.destroy(), 2 * delayMs)).on('error', () => {})
    docker.on('close', () => asking.destroy()).on('error', () => {})
  })
  await once(server.listen(path), 'listening')
  return { env: { DOCKER_HOST: `unix://${path}` }, close: () => server.close() }
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => {})
  const answer = await redis.ping().catch(() => 'gone')
  redis.disconnect()
  return answer === 'PONG'
}

/** Ctrl-C for a runner that takes it calmly. */
async function interrupt(runner: Runner): Promise<void> {
  runner.process.stdin?.write('survive')
  expect(await runner.nextLine()).toBe('prepared')
  process.kill(-runner.pid, 'SIGINT')
  expect(await runner.nextLine()).toBe('interrupted')
  // A server that was hit by the signal as well would take a moment to end.
  await sleep(300)
}

function expectNoProgramsOf(runner: Runner): void {
  expect(processesWith(runner.folder)).toEqual([])
  expect(readdirSync(runner.folder)).toEqual([])
}

async function containersOf(runner: Runner): Promise<unknown[]> {
  const { container } = await getContainerRuntimeClient()
  const filters = { label: [`${ownerLabel}=${runner.pid}`] }
  return container.dockerode.listContainers({ all: true, filters })
}

async function expectNoContainersOf(runner: Runner): Promise<void> {
  // The keeper goes last: once it is gone, nothing can follow.
  expect(processesWith(`"ownerPid":${runner.pid}}`)).toEqual([])
  expect(await containersOf(runner)).toEqual([])
}

/** Processes of this machine whose command line holds a text. */
function processesWith(text: string): string[] {
  const all = execFileSync('ps', ['-A', '-ww', '-o', 'args'], { encoding: 'utf8' })
  return all.split('\n').filter((args) => args.includes(text))
}

const endings = {
  'it stops them': (runner: Runner) => runner.process.stdin?.write('stop'),
  'it exits without stopping them': (runner: Runner) => runner.process.stdin?.write('exit'),
  'it dies of an exception': (runner: Runner) => runner.process.stdin?.write('throw'),
  'Ctrl-C is pressed': (runner: Runner) => process.kill(-runner.pid, 'SIGINT'),
  'it gets SIGTERM': (runner: Runner) => runner.process.kill('SIGTERM'),
  'it gets SIGKILL': (runner: Runner) => runner.process.kill('SIGKILL'),
}

/** Long enough for a loaded machine. */
const patience = { timeout: 20_000, interval: 50 }

describe('programs and their files are gone after their runner has started them and', () => {
  const missing = missingPrograms()
  beforeEach(({ skip }) => skip(missing !== undefined, missing))

  test.each(Object.entries(endings))('%s', async (_, end) => {
    const runner = await startRunner('programs')
    const { redisUrl } = await runningServers(runner)
    expect(processesWith(runner.folder).length).toBeGreaterThan(0)
    expect(await answers(redisUrl)).toBe(true)
    end(runner)
    await once(runner.process, 'exit')
    await vi.waitFor(() => expectNoProgramsOf(runner), patience)
    expect(await answers(redisUrl)).toBe(false)
  })

  test('it gets SIGKILL, also clusters', async () => {
    const runner = await startRunner('cluster')
    const { redisUrl, started } = await runningServers(runner)
    expect(started?.nodes).toHaveLength(9)
    runner.process.kill('SIGKILL')
    await once(runner.process, 'exit')
    await vi.waitFor(() => expectNoProgramsOf(runner), patience)
    expect(await answers(redisUrl.split(',')[0] ?? '')).toBe(false)
  })

  test('a Ctrl-C that the runner survives does not reach them', async () => {
    const runner = await startRunner('programs')
    const { redisUrl } = await runningServers(runner)
    await interrupt(runner)
    expect(await answers(redisUrl)).toBe(true)
    runner.process.kill('SIGKILL')
    await vi.waitFor(() => expectNoProgramsOf(runner), patience)
  })

  test('it is killed at any moment of the start', async () => {
    const runners: Runner[] = []
    for (const delayMs of [0, 2, 4, 8, 12, 16, 20, 25, 30, 40, 60]) {
      const runner = await startRunner('programs')
      await sleep(delayMs)
      runner.process.kill('SIGKILL')
      await once(runner.process, 'exit')
      runners.push(runner)
    }
    // A guard that was only just started may not have made its folder yet.
    await sleep(500)
    await vi.waitFor(() => runners.forEach(expectNoProgramsOf), patience)
  })
})

describe('containers are gone after their runner has started them and', () => {
  let unavailable: string | undefined
  beforeAll(async () => {
    const start = await startContainers(backendSettings(process.env).images, () => {})
    if (start.state === 'ready') await start.stop()
    else unavailable = start.reason
  })
  beforeEach(({ skip }) => {
    if (process.env['BENCH_BACKEND'] !== 'containers') skip(unavailable !== undefined, unavailable)
  })

  test.each(Object.entries(endings))('%s', async (_, end) => {
    const runner = await startRunner('containers')
    const { redisUrl } = await runningServers(runner)
    expect(await containersOf(runner)).toHaveLength(2)
    expect(await answers(redisUrl)).toBe(true)
    end(runner)
    await once(runner.process, 'exit')
    await vi.waitFor(() => expectNoContainersOf(runner), patience)
    expect(await answers(redisUrl)).toBe(false)
  })

  test('a Ctrl-C that the runner survives does not reach them', async () => {
    const runner = await startRunner('containers')
    const { redisUrl } = await runningServers(runner)
    await interrupt(runner)
    expect(await answers(redisUrl)).toBe(true)
    runner.process.kill('SIGKILL')
    await vi.waitFor(() => expectNoContainersOf(runner), patience)
  })

  test('it is killed as soon as there is a container', async () => {
    const runner = await startRunner('containers')
    await vi.waitUntil(async () => (await containersOf(runner)).length > 0, {
      timeout: 20_000,
      interval: 1,
    })
    runner.process.kill('SIGKILL')
    await vi.waitFor(() => expectNoContainersOf(runner), patience)
  })

  test('it is killed while one is still being created', async ({ skip }) => {
    const socket = await daemonSocket()
    if (socket === undefined) return skip('needs a Docker daemon at a socket of this machine')
    const daemon = await slowDaemon(socket, 1_500)
    const runner = await startRunner('containers', daemon.env)
    await vi.waitUntil(async () => (await containersOf(runner)).length > 0, patience)
    runner.process.kill('SIGKILL')
    await vi.waitFor(() => expectNoContainersOf(runner), patience)
    // What was asked for before the keeper's end.
    await sleep(2_000)
    await expectNoContainersOf(runner)
    daemon.close()
  })

  test('it is killed at any moment of the start', async () => {
    const runners: Runner[] = []
    for (const delayMs of [0, 200, 350, 450, 550, 700]) {
      const runner = await startRunner('containers')
      await sleep(delayMs)
      runner.process.kill('SIGKILL')
      await once(runner.process, 'exit')
      runners.push(runner)
    }
    await vi.waitFor(() => Promise.all(runners.map(expectNoContainersOf)), patience)
  }, 60_000)
})
