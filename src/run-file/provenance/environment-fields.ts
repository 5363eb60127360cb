import type { Environment, RunFile } from '../run-file.ts'

/** The packages that talk to the servers. */
const CLIENTS = ['ioredis', '@nats-io/transport-node'] as const

export const NOT_RECORDED = 'not recorded'

export const NONE = 'none'

/** A text that is the same for runs whose environments are alike, such as those of one series. */
export function environmentKey(run: RunFile): string {
  return JSON.stringify([...fingerprintOf(run)])
}

/** The fields by which environments are told apart, and what a run says of each. */
export function fingerprintOf(run: RunFile): ReadonlyMap<string, string> {
  const environments =
    run.generators.kind === 'merged' && run.generators.shares.length > 0
      ? run.generators.shares.map(({ environment }) => environment)
      : [run.environment]
  // Generators on several machines: each kind of machine once.
  const of = (value: (environment: Environment) => string | number): string =>
    [...new Set(environments.map((environment) => String(value(environment))))].sort().join(', ')
  return new Map([
    ...backendFields(run.backends),
    ['generators', generatorsText(run.generators)],
    // Its lateness is part of every response time.
    ['dispatch', dispatchText(run.scenarios)],
    ['CPU model', of(({ cpuModel }) => cpuModel)],
    ['CPU cores', of(({ cpuCores }) => cpuCores)],
    ['available cores', of(({ availableCores }) => availableCores)],
    ['cgroup CPU limit', of(({ cgroup }) => cgroup.cpuCores ?? 'none')],
    ['cgroup memory limit', of(({ cgroup }) => bytes(cgroup.memoryBytes))],
    ['kernel', of(({ os }) => `${os.platform} ${os.architecture} ${os.kernel}`)],
    ['Node', of(({ nodeVersion }) => nodeVersion)],
    ...CLIENTS.map((name) => [name, of(({ packages }) => versionOf(packages, name))] as const),
  ])
}

function backendFields(backends: RunFile['backends']): readonly (readonly [string, string])[] {
  if (backends.kind === 'memory') return [['backend', 'memory']]
  const { kind, redisVersion, natsVersion, configurationHash } = backends
  const fields = [
    ['backend', kind],
    ['Redis', redisVersion],
    ['NATS', natsVersion],
    ['server configuration', configurationHash ?? NOT_RECORDED],
  ] as const
  if (kind !== 'external') return fields
  // Servers that a run starts have ports of their own each time; others are what is at an address.
  const addresses = [backends.redisAddress, ...backends.natsAddresses.toSorted()].join(', ')
  return [...fields, ['server addresses', addresses]]
}

function generatorsText(generators: RunFile['generators']): string {
  switch (generators.kind) {
    case 'one':
      return 'one'
    case 'share':
      return `share ${generators.share} of ${generators.of}`
    case 'merged':
      return String(generators.shares.length)
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
