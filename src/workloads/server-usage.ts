import type { Redis } from 'ioredis'
import { bareRedis } from '../environment/bare-clients.ts'
import type { Backends, ServerBackends } from '../environment/backends.ts'
import { namesOf, parseHostAndPort, parseRedis } from '../registry/redis/address.ts'
import { listenerOn, usageOf } from '../process/process-usage.ts'

/** What all servers of one kind hold together. Absent is what can't be read from here. */
export interface ServerUsage {
  /** What Redis itself has allocated, in bytes. */
  readonly usedBytes?: number
  readonly rssBytes?: number
  readonly openFiles?: number
}

/** One server: its process, if it runs on this machine, and its own figures. */
class WatchedServer {
  readonly #port: number
  readonly #redis: Redis | null
  #pid: number | null = null

  constructor(host: string, port: number, redis: Redis | null) {
    this.#port = port
    this.#redis = redis
    if (LOCAL.has(host)) this.#pid = listenerOn(port)
  }

  async usage(): Promise<ServerUsage> {
    // A server that was restarted is another process.
    if (this.#pid !== null && usageOf(this.#pid) === null) this.#pid = listenerOn(this.#port)
    const usage = this.#pid === null ? null : usageOf(this.#pid)
    const usedBytes = await this.#usedBytes()
    return { ...usage, ...(usedBytes === null ? {} : { usedBytes }) }
  }

  close(): void {
    this.#redis?.disconnect()
  }

  async #usedBytes(): Promise<number | null> {
    const info = await this.#redis?.info('memory').catch(() => '')
    const bytes = /used_memory:(\d+)/.exec(info ?? '')?.[1]
    return bytes === undefined ? null : Number(bytes)
  }
}

const LOCAL = new Set(['127.0.0.1', 'localhost', '::1', '[::1]'])

/** Watches the memory and descriptors of every Redis and NATS server of a run. */
export class ServersUsage {
  readonly #redis: readonly WatchedServer[]
  readonly #nats: readonly WatchedServer[]

  constructor(backends: Backends) {
    const external = backends.kind === 'memory' ? null : backends
    this.#redis = external === null ? [] : redisServers(external)
    this.#nats = external === null ? [] : natsServers(external)
  }

  redis(): Promise<ServerUsage> {
    return sumOf(this.#redis)
  }

  nats(): Promise<ServerUsage> {
    return sumOf(this.#nats)
  }

  close(): void {
    for (const server of this.#redis) server.close()
  }
}

/** Behind Sentinel, servers change their roles and addresses: none is watched. */
function redisServers({ redisUrl, started }: ServerBackends): readonly WatchedServer[] {
  if (redisUrl.includes('+sentinel:')) return []
  const nodes = started?.nodes.filter(({ server }) => server === 'redis') ?? []
  const named =
    nodes.length === 0 ? namesOf(parseRedis(redisUrl)) : nodes.map(({ address }) => address)
  return named.flatMap((name) => {
    const place = parseHostAndPort(name)
    if (place === undefined) return []
    const redis = bareRedis(redisUrl, place)
    // A server that is down for a while is left out of the sum.
    redis.on('error', () => {})
    return new WatchedServer(place.host, place.port, redis)
  })
}

function natsServers({ natsUrls, started }: ServerBackends): readonly WatchedServer[] {
  const nodes = started?.nodes.filter(({ server }) => server === 'nats') ?? []
  const urls = nodes.length === 0 ? natsUrls : nodes.map(({ address }) => `nats://${address}`)
  return urls.map((text) => {
    const { hostname, port } = new URL(text)
    return new WatchedServer(hostname, Number(port || 4222), null)
  })
}

/** A figure that one of them lacks would be the sum of fewer servers, so it is left out. */
async function sumOf(servers: readonly WatchedServer[]): Promise<ServerUsage> {
  const usages = await Promise.all(servers.map((server) => server.usage()))
  const sum = (name: keyof ServerUsage): ServerUsage => {
    const values = usages.flatMap((usage) => usage[name] ?? [])
    if (values.length < usages.length || values.length === 0) return {}
    return { [name]: values.reduce((total, value) => total + value, 0) }
  }
  return { ...sum('usedBytes'), ...sum('rssBytes'), ...sum('openFiles') }
}
