import { createHash } from 'node:crypto'

/** A server's settings as it reports them, by name. */
export type ServerConfiguration = Readonly<Record<string, unknown>>

/**
 * Settings in a Redis's `CONFIG GET *` that say where and how it was started, not how it works: addresses,
 * ports, files, folders, names.
 */
const PLACES = new Set(
  'always-show-logo bind bind-source-addr cluster-config-file daemonize dir logfile pidfile port proc-title-template set-proc-title supervised unixsocket unixsocketperm'.split(
    ' ',
  ),
)
const PLACE = /announce|(^|-)port$|file(name)?$|dir(name)?$|^syslog-/
/** Settings with secrets or addresses: only whether they are set matters. */
const SECRETS = /^(requirepass|masterauth|masteruser|replicaof|slaveof|.*-pass)$/

/** The settings in a NATS server's INFO; the rest are names, addresses and ids. */
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
 * 16 hex digits, equal for servers configured alike, wherever they run.
 * @param redis the `CONFIG GET *` of each server, in any order.
 * @param nats the INFO of each server.
 */
export function configurationHash(
  redis: readonly ServerConfiguration[],
  nats: readonly ServerConfiguration[],
): string {
  const settings = JSON.stringify([
    ofAll(redis.map((one) => redisSettings(one))),
    ofAll(nats.map((one) => natsSettings(one))),
  ])
  return createHash('sha256').update(settings).digest('hex').slice(0, 16)
}

type Settings = readonly (readonly [name: string, value: unknown])[]

/** Of several servers, which one has which settings doesn't matter. */
function ofAll(settings: readonly Settings[]): Settings | readonly string[] {
  const [only] = settings
  if (only !== undefined && settings.length === 1) return only
  return settings.map((one) => JSON.stringify(one)).toSorted()
}

function redisSettings(configuration: ServerConfiguration): Settings {
  return Object.entries(configuration)
    .filter(([name]) => !PLACES.has(name) && !PLACE.test(name))
    .map(([name, value]) => [name, SECRETS.test(name) ? value !== '' : value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** A server omits settings that are off. */
function natsSettings(info: ServerConfiguration): Settings {
  const settings = NATS_SETTINGS.map((name) => [name, info[name] ?? false] as const)
  return [...settings, ['cluster', info['cluster'] !== undefined]]
}
