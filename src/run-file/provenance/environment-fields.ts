import type { Environment, RunFile } from '../run-file.ts'

import { MEASURING_PACKAGES } from './environment.ts'

/** The clients of Redis and NATS, recorded by every run before schema version 6. */
const REGISTRY_CLIENTS: readonly string[] = ['ioredis', '@nats-io/transport-node']
/** Keep the fields that they had before there were other servers, so that series go on. */
const REGISTRY_SERVERS: readonly string[] = ['Redis', 'NATS']

export const NOT_RECORDED = 'not recorded'

export const NONE = 'none'

/** A text that is equal for runs with comparable environments. */
export function environmentKey(run: RunFile): string {
  return JSON.stringify([...fingerprintOf(run)])
}

/** The fields that distinguish environments, with a run's values. */
export function fingerprintOf(run: RunFile): ReadonlyMap<string, string> {
  const environments =
    run.generators.kind === 'merged' && run.generators.shards.length > 0
      ? run.generators.shards.map(({ environment }) => environment)
      : [run.environment]
  // With several machines, each value once.
  const of = (value: (environment: Environment) => string | number): string =>
    [...new Set(environments.map((environment) => String(value(environment))))].sort().join(', ')
  return new Map([
    ...systemFields(run.system),
    ['generators', generatorsText(run.generators)],
    // The technique decides the lateness in every response time.
    ['dispatch', dispatchText(run.scenarios)],
    ['CPU model', of(({ cpuModel }) => cpuModel)],
    ['CPU cores', of(({ cpuCores }) => cpuCores)],
    ['available cores', of(({ availableCores }) => availableCores)],
    ['cgroup CPU limit', of(({ cgroup }) => cgroup.cpuCores ?? 'none')],
    ['cgroup memory limit', of(({ cgroup }) => bytes(cgroup.memoryBytes))],
    ['kernel', of(({ os }) => `${os.platform} ${os.architecture} ${os.kernel}`)],
    ['Node', of(({ nodeVersion }) => nodeVersion)],
    ...clientsOf(run).map(
      (name) => [name, of(({ packages }) => versionOf(packages, name))] as const,
    ),
  ])
}

type Field = readonly [name: string, value: string]

function systemFields(system: RunFile['system']): readonly Field[] {
  if (!('servers' in system)) return [['backend', system.kind]]
  const { kind, servers, configurationHash } = system
  const fields: readonly Field[] = [
    ['backend', kind],
    ...servers.map(({ name, version }): Field => [serverField(name), version]),
    // Only where there is one, so that keys of single servers stay what they were.
    ...servers.flatMap(({ name, topology }): readonly Field[] =>
      topology === undefined ? [] : [[topologyField(name), topology]],
    ),
    ['server configuration', configurationHash ?? NOT_RECORDED],
  ]
  if (kind !== 'external') return fields
  // Servers that a run starts have other ports each time; external servers are identified by address.
  const addresses = servers.flatMap((server) => server.addresses.toSorted()).join(', ')
  return [...fields, ['server addresses', addresses]]
}

/** The name of a server's field, which never collides with another field. */
export function serverField(name: string): string {
  return REGISTRY_SERVERS.includes(name) ? name : `server: ${name}`
}

/** The name of a field with a server's topology. */
export function topologyField(name: string): string {
  return `topology: ${name}`
}

/** Whether a run measured Redis and NATS, or the memory in place of them. */
export function isOfRegistry(system: RunFile['system']): boolean {
  if (!('servers' in system)) return system.kind === 'memory'
  return system.servers.some(({ name }) => REGISTRY_SERVERS.includes(name))
}

/** The packages by which requests reach the system. */
function clientsOf({ system, environment: { packages } }: RunFile): readonly string[] {
  const others = Object.keys(packages)
    .filter((name) => !MEASURING_PACKAGES.includes(name) && !REGISTRY_CLIENTS.includes(name))
    .toSorted()
  return isOfRegistry(system) ? [...REGISTRY_CLIENTS, ...others] : others
}

function generatorsText(generators: RunFile['generators']): string {
  switch (generators.kind) {
    case 'one':
      return 'one'
    case 'shard':
      return `shard ${generators.shard} of ${generators.of}`
    case 'merged':
      return String(generators.shards.length)
  }
}

function dispatchText(scenarios: RunFile['scenarios']): string {
  const techniques = scenarios.flatMap((scenario) =>
    scenario.state === 'measured' ? [scenario.result.health.dispatch] : [],
  )
  return [...new Set(techniques)].sort().join(', ') || NONE
}

function versionOf(packages: Environment['packages'], name: string): string {
  return Object.hasOwn(packages, name) ? (packages[name] ?? NOT_RECORDED) : NOT_RECORDED
}

function bytes(limit: number | null): string {
  return limit === null ? 'none' : `${Math.round(limit / 2 ** 20)} MiB`
}
