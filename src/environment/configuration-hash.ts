import { createHash } from 'node:crypto'

/** How a server says it is set up, by the name of the setting. */
export type ServerConfiguration = Readonly<Record<string, unknown>>

/**
 * What of a Redis's `CONFIG GET *` tells where it is, or how it was started, and not how it works:
 * addresses, ports, files, folders, names.
 */
const PLACES = new Set(
  'always-show-logo bind bind-source-addr cluster-config-file daemonize dir logfile pidfile port proc-title-template set-proc-title supervised unixsocket unixsocketperm'.split(
    ' ',
  ),
)
const PLACE = /announce|(^|-)port$|file(name)?$|dir(name)?$|^syslog-/
/** What would give a secret or an address away; that it is set matters, not what to. */
const SECRETS = /^(requirepass|masterauth|masteruser|replicaof|slaveof|.*-pass)$/

/** What of a NATS server's INFO says how it works; the rest are names, addresses and ids. */
const NATS_SETTINGS = [
  'auth_required',
  'headers',
  'jetstream',
  'max_payload',
  'proto',
  'tls_available',
  'tls_required',
  'tls_verify',
]

/**
 * 16 hex digits that are the same for servers set up alike, wherever they run.
 * @param redis its `CONFIG GET *`.
 * @param nats its INFO.
 */
export function configurationHash(redis: ServerConfiguration, nats: ServerConfiguration): string {
  const settings = JSON.stringify([redisSettings(redis), natsSettings(nats)])
  return createHash('sha256').update(settings).digest('hex').slice(0, 16)
}

type Settings = readonly (readonly [name: string, value: unknown])[]

function redisSettings(configuration: ServerConfiguration): Settings {
  return Object.entries(configuration)
    .filter(([name]) => !PLACES.has(name) && !PLACE.test(name))
    .map(([name, value]) => [name, SECRETS.test(name) ? value !== '' : value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** A server leaves out what is off. */
function natsSettings(info: ServerConfiguration): Settings {
  const settings = NATS_SETTINGS.map((name) => [name, info[name] ?? false] as const)
  return [...settings, ['cluster', info['cluster'] !== undefined]]
}
