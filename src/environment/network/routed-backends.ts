import type { AddressMap } from '../../registry/redis/address-map.ts'
import type { ServerBackends } from '../backends.ts'
import { EnvironmentError } from '../environment-error.ts'
import type { ProxyTarget } from './proxy.ts'

/** The servers as clients reach them by proxies. */
export interface RoutedServers {
  readonly backends: ServerBackends
  /** The proxy of each address that a Redis Cluster announces. */
  readonly redisAddressMap: AddressMap
}

/** The servers to put proxies in front of, each once. */
export interface ProxyTargets {
  readonly redis: readonly ProxyTarget[]
  readonly nats: readonly ProxyTarget[]
}

/** Ports on 127.0.0.1 in front of each server, in the order of their targets. */
export interface ProxyPorts {
  readonly redis: readonly number[]
  readonly nats: readonly number[]
}

/**
 * The servers to put proxies in front of.
 * @param announced the nodes of a Redis Cluster as it names them, `host:port`.
 * @throws EnvironmentError for servers that are reached by TLS, whose certificates name another host.
 */
export function targetsOf(
  { redisUrl, natsUrls }: Pick<ServerBackends, 'redisUrl' | 'natsUrls'>,
  announced: readonly string[],
): ProxyTargets {
  const redis = [
    ...redisUrl.split(',').map((url) => targetOf(url, 6_379)),
    ...announced.map(announcedTarget),
  ]
  const byName = new Map(redis.map((target) => [nameOf(target), target]))
  return { redis: [...byName.values()], nats: natsUrls.map((url) => targetOf(url, 4_222)) }
}

/** The same servers, by way of proxies. */
export function routedServers(
  backends: ServerBackends,
  targets: ProxyTargets,
  ports: ProxyPorts,
): RoutedServers {
  const proxies = new Map(
    targets.redis.map((target, index) => [nameOf(target), `127.0.0.1:${ports.redis[index]}`]),
  )
  const redisUrl = backends.redisUrl
    .split(',')
    .map((url) => by(proxies.get(nameOf(targetOf(url, 6_379))), url))
    .join(',')
  const natsUrls = backends.natsUrls.map((url, index) => by(`127.0.0.1:${ports.nats[index]}`, url))
  return {
    backends: { ...backends, redisUrl, natsUrls },
    redisAddressMap: Object.fromEntries(proxies),
  }
}

function targetOf(url: string, defaultPort: number): ProxyTarget {
  const { protocol, hostname, port } = new URL(url)
  if (protocol === 'redis:' || protocol === 'nats:') {
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || defaultPort) }
  }
  throw new EnvironmentError(
    `network: connections to ${hostname} can't be cut or slowed: proxies are for redis:// and nats://, not ${protocol}//.`,
  )
}

/** IPv6 addresses are announced without brackets. */
function announcedTarget(address: string): ProxyTarget {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }
}

function nameOf({ host, port }: ProxyTarget): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Only host and port change: an address may have credentials and a database. */
function by(proxy: string | undefined, url: string): string {
  const routed = new URL(url)
  routed.host = proxy ?? routed.host
  return routed.href
}
