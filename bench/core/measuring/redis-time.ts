import type { Redis } from 'ioredis'

/**
 * Redis's own time per call of a command while `work` runs, in ms, as INFO reports it: without the network
 * and parsing, but including the commands of a script. Only `work` may use that command in the meantime.
 */
export async function redisTimePerCall(
  redis: Redis,
  command: string,
  work: () => Promise<void>,
): Promise<number> {
  const before = await timesOf(redis, command)
  await work()
  const after = await timesOf(redis, command)
  return (after.usec - before.usec) / (after.calls - before.calls) / 1000
}

async function timesOf(redis: Redis, command: string): Promise<{ calls: number; usec: number }> {
  const stats = await redis.info('commandstats')
  const found = new RegExp(`^cmdstat_${command}:calls=(\\d+),usec=(\\d+)`, 'm').exec(stats)
  return { calls: Number(found?.[1] ?? 0), usec: Number(found?.[2] ?? 0) }
}
