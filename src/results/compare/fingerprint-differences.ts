import type { Environment, RunFile } from '../run-file.ts'

/** A field in which the environments of two runs are unlike, with what each run says. */
export interface FieldDifference {
  readonly field: string
  readonly baseline: string
  readonly candidate: string
}

/** The packages that talk to the servers. */
const CLIENTS = ['ioredis', '@nats-io/transport-node'] as const

export const NOT_RECORDED = 'not recorded'

const NONE = 'none'

/**
 * In what the environments of two runs are unlike; figures of unlike ones can't be compared. Empty if
 * they are alike in all that is known to change figures. What was recorded of one run only is
 * unlike: it may well be. Differing loads are a scenario's matter, see `compareRuns`.
 */
export function unlikeFields(baseline: RunFile, candidate: RunFile): readonly FieldDifference[] {
  return differingFields(fingerprintOf(baseline), fingerprintOf(candidate)).filter(
    // A run that measured no load isn't unlike for that.
    ({ field, ...sides }) => field !== 'dispatch' || !Object.values(sides).includes(NONE),
  )
}

/** The fields that differ, in their order; one that only one side has is `none` on the other. */
export function differingFields(
  baseline: ReadonlyMap<string, string>,
  candidate: ReadonlyMap<string, string>,
): readonly FieldDifference[] {
  const fields = new Set([...baseline.keys(), ...candidate.keys()])
  return [...fields].flatMap((field) => {
    const [a, b] = [baseline.get(field) ?? NONE, candidate.get(field) ?? NONE]
    return a === b ? [] : [{ field, baseline: a, candidate: b }]
  })
}

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
