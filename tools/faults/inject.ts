import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Fault, ServerName, WrongAnswer } from './faults.ts'
import type { Command } from './command.ts'
import { signalProcess, type Process } from './processes.ts'
import type { FaultProxy } from './proxy.ts'
import type { Server } from './servers.ts'
import type { Rig } from './rig.ts'
import { findVictim, type Victim } from './victims.ts'

/** How long to wait for a victim, and how often to look for it, in ms. */
const PATIENCE_MS = 2_000
const LOOK_EVERY_MS = 20

/** A fault could not be injected, so the row was not run as planned. */
export class NotMadeError extends Error {
  override readonly name = 'NotMadeError'
}

/** The surroundings of a fault. */
export interface Scene {
  readonly rig: Rig
  /** `null` before the command has been started. */
  readonly command: Command | null
  /** Aborted when the command has ended, to stop everything else. */
  readonly ended: AbortSignal
}

/**
 * Injects a fault; resolves when it is over.
 * @param onMade called as soon as the fault has begun.
 * @throws NotMadeError
 */
export async function inject(fault: Fault, scene: Scene, onMade: () => void): Promise<void> {
  const { rig, command, ended } = scene
  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: ended }).catch(() => {})
  switch (fault.kind) {
    case 'kill': {
      await signalVictim(fault.victim, 'SIGKILL', scene)
      return onMade()
    }
    case 'stop': {
      await signalVictim(fault.victim, 'SIGSTOP', scene)
      onMade()
      await pause(fault.forMs)
      return signalVictim(fault.victim, 'SIGCONT', scene).catch(() => {})
    }
    case 'signal': {
      if (fault.to === 'terminal') signalAll(fault.signal, running(command))
      else await signalVictim(fault.to, fault.signal, scene)
      return onMade()
    }
    case 'restart': {
      const server = serverOf(rig, fault.server)
      onMade()
      return server.restart(fault.downMs, fault.keepsData)
    }
    case 'cut': {
      const proxy = proxyOf(rig, fault.server)
      proxy.cut()
      onMade()
      await pause(fault.forMs)
      return proxy.mend()
    }
    case 'hold': {
      const proxy = proxyOf(rig, fault.server)
      proxy.hold(true)
      onMade()
      await pause(fault.forMs)
      return proxy.hold(false)
    }
    case 'answer':
      return answer(fault.error, rig, onMade, () => pause(fault.forMs))
    case 'lose data': {
      await askRedis(rig, ['FLUSHALL'])
      return onMade()
    }
    case 'fill disk': {
      if (rig.disk === null) throw new NotMadeError('the results folder has no separate disk')
      rig.disk.fill()
      return onMade()
    }
    case 'close output': {
      running(command).closeOutput()
      return onMade()
    }
    case 'step clock': {
      writeFileSync(rig.clockFile, `${fault.byMs}`)
      return onMade()
    }
  }
}

function signalAll(signal: 'SIGTERM' | 'SIGINT', { root }: Command): void {
  try {
    process.kill(-root.pid, signal)
  } catch (error) {
    throw new NotMadeError('the command had ended', { cause: error })
  }
}

async function signalVictim(
  victim: Victim,
  signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGINT',
  { rig, command }: Scene,
): Promise<void> {
  const server = victim === 'redis' || victim === 'nats' ? rig.servers[victim] : undefined
  if (server !== undefined) {
    if (signal === 'SIGSTOP' || signal === 'SIGCONT') return server.signal(signal)
    if (signal === 'SIGKILL') return server.kill()
  }
  const target = await waitForVictim(victim, running(command))
  if (target === null) throw new NotMadeError(`no ${victim} process was found`)
  if (!signalProcess(target, signal)) throw new NotMadeError(`the ${victim} process had ended`)
}

/** Waits for a victim, which may still be starting. */
async function waitForVictim(victim: Victim, { family, root }: Command): Promise<Process | null> {
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const found = victim === 'npm' ? root : findVictim(victim, family.members())
    if (found !== null || waitedMs >= PATIENCE_MS) return found
    await sleep(LOOK_EVERY_MS)
  }
}

const ANSWERS: Readonly<Record<Exclude<WrongAnswer, 'LOADING'>, readonly [string[], string[]]>> = {
  READONLY: [
    ['REPLICAOF', '127.0.0.1', '1'],
    ['REPLICAOF', 'NO', 'ONE'],
  ],
  OOM: [
    ['CONFIG', 'SET', 'maxmemory', '1'],
    ['CONFIG', 'SET', 'maxmemory', '0'],
  ],
}

async function answer(
  error: WrongAnswer,
  rig: Rig,
  onMade: () => void,
  pause: () => Promise<void>,
): Promise<void> {
  if (error === 'LOADING') {
    const proxy = proxyOf(rig, 'redis')
    await proxy.answer('LOADING Redis is loading the dataset in memory')
    onMade()
    await pause()
    return proxy.answer(null)
  }
  const [begin, end] = ANSWERS[error]
  await askRedis(rig, begin)
  onMade()
  await pause()
  await askRedis(rig, end)
}

/** @throws NotMadeError if Redis doesn't answer. */
async function askRedis(rig: Rig, [name = '', ...args]: readonly string[]): Promise<void> {
  const { port } = serverOf(rig, 'redis')
  const redis = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => {})
  try {
    await redis.connect()
    await redis.call(name, ...args)
  } catch (error) {
    throw new NotMadeError(`redis did not take ${name}: ${String(error)}`, { cause: error })
  } finally {
    redis.disconnect()
  }
}

function running(command: Command | null): Command {
  if (command === null) throw new NotMadeError('the command has not been started')
  return command
}

function serverOf({ servers }: Rig, name: ServerName): Server {
  const server = servers[name]
  if (server === undefined) throw new NotMadeError(`${name} is not a server of this table`)
  return server
}

function proxyOf({ proxies }: Rig, name: ServerName): FaultProxy {
  const proxy = proxies[name]
  if (proxy === undefined) throw new NotMadeError(`${name} has no proxy`)
  return proxy
}
