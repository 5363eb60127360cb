import { Redis } from 'ioredis'
import { cpuTimeMs } from '../../process/cpu-time.ts'
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

/** The servers' own counters since they started. */
export type ServerCounts = Readonly<Record<Exclude<ServerResource, CpuResource>, number>>

/** A measurement's own Redis and NATS, with their counters. */
export interface MeasuredServers {
  readonly redisUrl: string
  readonly natsUrl: string
  /** Versions as the servers report them. */
  readonly redisVersion: string
  readonly natsVersion: string
  readonly counts: () => Promise<ServerCounts>
  readonly cpu: () => ServerCpu
  /** Bytes used by one key with all its values; 0 if it doesn't exist. */
  readonly keyBytes: (key: string) => Promise<number>
  readonly stop: () => Promise<void>
}

/**
 * Starts local servers. Containers and remote servers are unsuitable: CPU time is read from processes
 * of this machine, and NATS reports its counters on a monitoring port only.
 * @throws EnvironmentError if they are not installed, or this system doesn't report processes' CPU time.
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

/** CPU time of all threads of a process so far, in µs. */
function cpuUsOf(pid: number): number {
  const ms = cpuTimeMs(pid)
  if (ms !== null) return ms * 1_000
  throw new EnvironmentError(
    `The CPU time of process ${pid} can't be read. Measure on Linux, with schedstat in its kernel.`,
  )
}
