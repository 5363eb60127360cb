import { readdirSync, readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { EnvironmentError } from '../../environment/environment-error.ts'
import { freePort } from '../../environment/free-port.ts'
import {
  missingPrograms,
  startNatsProgram,
  startRedisProgram,
  type ServerProgram,
} from '../../environment/programs.ts'
import type { Resource } from '../terms.ts'

type ServerResource = Extract<Resource, `redis.${string}` | `nats.${string}`>
type CpuResource = Extract<ServerResource, `${string}.cpuUs`>

/** CPU time of the servers' processes since they started. */
export type ServerCpu = Readonly<Record<CpuResource, number>>

/** What the servers say of themselves, since they started. */
export type ServerCounts = Readonly<Record<Exclude<ServerResource, CpuResource>, number>>

/** A Redis and a NATS of a measurement's own, and their counts. */
export interface MeasuredServers {
  readonly redisUrl: string
  readonly natsUrl: string
  /** As they report themselves. */
  readonly redisVersion: string
  readonly natsVersion: string
  readonly counts: () => Promise<ServerCounts>
  readonly cpu: () => ServerCpu
  /** Bytes in use by one key, all of its values included; 0 if it doesn't exist. */
  readonly keyBytes: (key: string) => Promise<number>
  readonly stop: () => Promise<void>
}

/**
 * Starts local servers. Containers and servers elsewhere won't do: CPU time is that of their processes
 * on this machine, and NATS tells its counts on a monitoring port only.
 * @throws EnvironmentError if they are not installed, or this system doesn't tell the CPU time of processes.
 */
export async function startMeasuredServers(): Promise<MeasuredServers> {
  const missing = missingPrograms()
  if (missing !== undefined) {
    throw new EnvironmentError(
      `Coefficients are measured with local programs, and ${missing}. Install them.`,
    )
  }
  cpuUsOf(process.pid)
  const monitoringPort = await freePort()
  const redis = await startRedisProgram()
  const servers: ServerProgram[] = [redis]
  const stop = async () => {
    client.disconnect()
    await Promise.all(servers.map((server) => server.stop()))
  }
  const client = new Redis(redis.url, { lazyConnect: true })
  try {
    const nats = await startNatsProgram({ extraArgs: ['-m', String(monitoringPort)] })
    servers.push(nats)
    const monitoringUrl = `http://127.0.0.1:${monitoringPort}/varz`
    return {
      redisUrl: redis.url,
      natsUrl: nats.url,
      redisVersion: /^redis_version:(\S+)/m.exec(await client.info('server'))?.[1] ?? '',
      natsVersion: String((await varzFrom(monitoringUrl))['version']),
      counts: async () => ({
        ...(await redisCounts(client)),
        ...(await natsCounts(monitoringUrl)),
      }),
      cpu: () => ({ 'redis.cpuUs': cpuUsOf(redis.pid), 'nats.cpuUs': cpuUsOf(nats.pid) }),
      keyBytes: async (key) => (await client.memory('USAGE', key, 'SAMPLES', 0)) ?? 0,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function redisCounts(client: Redis) {
  const text = await client.info('stats', 'memory', 'commandstats')
  const figure = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0)
  return {
    'redis.commands': figure(/^cmdstat_evalsha:calls=(\d+)/m),
    'redis.bytesIn': figure(/^total_net_input_bytes:(\d+)/m),
    'redis.bytesOut': figure(/^total_net_output_bytes:(\d+)/m),
    'redis.memoryBytes': figure(/^used_memory:(\d+)/m),
  }
}

async function natsCounts(url: string) {
  const counts = await varzFrom(url)
  return {
    'nats.messagesIn': Number(counts['in_msgs']),
    'nats.messagesOut': Number(counts['out_msgs']),
    'nats.bytesIn': Number(counts['in_bytes']),
    'nats.bytesOut': Number(counts['out_bytes']),
  }
}

async function varzFrom(url: string): Promise<Readonly<Record<string, unknown>>> {
  const answer: unknown = await (await fetch(url)).json()
  if (typeof answer === 'object' && answer !== null) return { ...answer }
  throw new EnvironmentError(`${url} answered with no counts of the NATS server.`)
}

/** CPU time of all threads of a process so far, in µs, from nanoseconds that Linux keeps. */
function cpuUsOf(pid: number): number {
  const folder = `/proc/${pid}/task`
  try {
    const ns = readdirSync(folder).map((thread) =>
      Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ')[0]),
    )
    return ns.reduce((sum, value) => sum + value, 0) / 1_000
  } catch (error) {
    throw new EnvironmentError(
      `The CPU time of process ${pid} can't be read from ${folder}. Measure on Linux, with schedstat in its kernel.`,
      { cause: error },
    )
  }
}
