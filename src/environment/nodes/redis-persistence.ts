import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { nowMs } from '../../load/clock.ts'
import { EnvironmentError } from '../environment-error.ts'
import { askRedis } from './redis-role.ts'

const TIMEOUT_MS = 10_000

/**
 * Switches a running Redis' append-only file on or off. Resolves when all data is in it.
 * @param address `host:port`
 * @throws EnvironmentError
 */
export async function setPersistence(address: string, isOn: boolean): Promise<void> {
  try {
    await askRedis({ address }, (redis) => switchPersistence(redis, isOn), TIMEOUT_MS)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const what = isOn ? 'write' : 'stop writing'
    throw new EnvironmentError(`Redis at ${address} does not ${what} to its disk: ${reason}.`)
  }
}

async function switchPersistence(redis: Redis, isOn: boolean): Promise<void> {
  await redis.config('SET', 'appendonly', isOn ? 'yes' : 'no')
  if (!isOn) return
  const deadline = nowMs() + TIMEOUT_MS
  while (!isWritten(await redis.info('persistence'))) {
    if (nowMs() > deadline) throw new Error(`not written within ${TIMEOUT_MS / 1_000} s`)
    await sleep(10)
  }
}

/** The file is rewritten in the background when it is switched on. */
function isWritten(info: string): boolean {
  return /aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info)
}
