/** The load of a row: its command and schedule. */
export interface Load {
  readonly workload: 'register' | 'enumerate' | 'multicast' | 'mixed'
  /** `scenario`: `npm run bench` with the scenario of that workload; otherwise `npm run loadtest`. */
  readonly as: 'flags' | 'scenario'
  readonly ratePerSecond: number
  readonly durationMs: number
  readonly warmUpMs: number
  /** The user's own bounds, in the form of `--slo`. */
  readonly slos: readonly string[]
  /** `run`: the command starts servers itself. */
  readonly servers: 'harness' | 'run'
}

/** Timeout and grace period: the defaults of users. */
export const TIMEOUT_MS = 5_000
export const GRACE_MS = 10_000

/** Identities registered before a load that lists or sends. */
export const POPULATION = 20

/** The namespace of `prism-loadtest`. */
export const NAMESPACE = 'loadtest'

const ORDINARY: Omit<Load, 'workload'> = {
  as: 'flags',
  ratePerSecond: 50,
  durationMs: 6_000,
  warmUpMs: 0,
  slos: [],
  servers: 'harness',
}

/** A load that differs as given from the usual one, 50 requests per second for 6 s. */
export function loadOf(workload: Load['workload'], changes: Partial<Load> = {}): Load {
  return { ...ORDINARY, workload, ...changes }
}

/** Whether the load hosts receivers in a separate process. */
export function hasSubscribers({ workload }: Load): boolean {
  return workload === 'multicast' || workload === 'mixed'
}

/** Requests due in a period of the measurement. */
export function dueIn({ ratePerSecond }: Load, stretchMs: number): number {
  return Math.round((ratePerSecond * stretchMs) / 1_000)
}

/** Where a command's servers and results are. */
export interface Places {
  readonly redisUrl: string
  readonly natsUrl: string
  readonly results: string
}

/** The arguments of npm. */
export function npmArguments(
  load: Load,
  { redisUrl, natsUrl, results }: Places,
): readonly string[] {
  const { workload, as, ratePerSecond, durationMs, warmUpMs, slos, servers } = load
  // npm's own two lines fail if standard output does.
  const run = ['run', '--silent', as === 'flags' ? 'loadtest' : 'bench', '--']
  if (as === 'scenario') {
    return [
      ...run,
      `bench/${workload}.load.ts`,
      '--duration',
      `${durationMs}ms`,
      '--results',
      results,
    ]
  }
  const schedule = `--rate ${ratePerSecond} --duration ${durationMs}ms --warm-up ${warmUpMs}ms`
  const where = `--report-interval 1s --namespace ${NAMESPACE}`
  return [
    ...run,
    workload,
    ...`${schedule} ${where}`.split(' '),
    '--out',
    results,
    ...(hasSubscribers(load) ? ['--with-subscribers'] : []),
    ...(servers === 'run'
      ? ['--backend', 'programs']
      : ['--redis-addr', redisUrl, '--nats-servers', natsUrl]),
    ...slos.flatMap((slo) => ['--slo', slo]),
  ]
}

/** A short description of a load. */
export function describeLoad({ workload, as, servers, slos, warmUpMs }: Load): string {
  return [
    as === 'scenario' ? `bench ${workload}` : workload,
    ...(warmUpMs > 0 && as === 'flags' ? [`after ${warmUpMs / 1_000} s of warm-up`] : []),
    ...(servers === 'run' ? ['with servers of its own'] : []),
    ...slos,
  ].join(', ')
}
