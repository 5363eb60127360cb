import type { ServerBackends } from '../backends.ts'
import { EnvironmentError } from '../environment-error.ts'
import type { ProxyTarget } from './proxy.ts'

/** Ports on 127.0.0.1 in front of each server, in the order of their targets. */
export interface ProxyPorts {
  readonly redis: readonly number[]
  readonly nats: readonly number[]
}

/**
 * The servers to put proxies in front of.
 * @throws EnvironmentError for servers that are reached by TLS, whose certificates name another host.
 */
export function targetsOf({
  redisUrl,
  natsUrls,
}: Pick<ServerBackends, 'redisUrl' | 'natsUrls'>): Record<
  'redis' | 'nats',
  readonly ProxyTarget[]
> {
  return {
    redis: redisUrl.split(',').map((url) => targetOf(url, 6_379)),
    nats: natsUrls.map((url) => targetOf(url, 4_222)),
  }
}

/** The same servers, by way of proxies. */
export function routedBackends(backends: ServerBackends, ports: ProxyPorts): ServerBackends {
  return {
    ...backends,
    redisUrl: backends.redisUrl
      .split(',')
      .map((url, index) => by(ports.redis[index], url))
      .join(','),
    natsUrls: backends.natsUrls.map((url, index) => by(ports.nats[index], url)),
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

/** Only host and port change: an address may have credentials and a database. */
function by(port: number | undefined, url: string): string {
  const routed = new URL(url)
  routed.host = `127.0.0.1:${port}`
  return routed.href
}
