import { formatCount } from '../../format.ts'
import { mixed } from '../../workloads/mixed.ts'
import { countDueBefore, type Arrivals } from '../../load/arrivals/arrivals.ts'
import { parseArrivals } from '../../load/arrivals/parse-arrivals.ts'
import { InputError } from '../../input-error.ts'
import { checkCounted, checkOperations } from '../../load/slo/check-bounds.ts'
import { readSlo } from '../../load/slo/slo.ts'
import { RegistryError } from '../../registry/errors.ts'
import { validateNamespace } from '../../registry/identity.ts'
import { defaultLimits } from '../../registry/limits.ts'
import { operationNames, type LoadTestParameters, type WorkloadParameters } from './parameters.ts'
import { typedCommand } from '../../typed-command.ts'

/** The maximum number of identities that a load hosts: all are kept in memory, by name. */
const MAX_HOSTED = 10_000_000

/** The schedule of a load. */
export function arrivalsOf(parameters: LoadTestParameters): Arrivals {
  return parseArrivals(parameters.arrivals, parameters)
}

/**
 * Checks a load before anything starts.
 * @throws InputError
 */
export function checkParameters(parameters: LoadTestParameters): void {
  const { workload, namespace, durationMs, warmUpMs, slos } = parameters
  checkNamespace(namespace)
  checkWorkload(workload)
  const arrivals = arrivalsOf(parameters)
  if (countDueBefore(arrivals, durationMs) === 0) {
    throw new InputError(
      `--arrivals: no request is due in the ${durationMs / 1_000} s of --duration (${arrivals.label}).`,
    )
  }
  const requests = countDueBefore(arrivals, warmUpMs) + countDueBefore(arrivals, durationMs)
  if (workload.kind === 'mixed' && workload.withSubscribers) {
    const identities = (requests * workload.mix.register) / 100
    if (identities > MAX_HOSTED) {
      throw new InputError(
        `--with-subscribers: about ${formatCount(Math.round(identities))} identities would be registered, and one process hosts ${MAX_HOSTED.toLocaleString('en-US')} at most. Lower --rate, --duration or --register-pct, or run ${typedCommand('subscribe')} beside it.`,
      )
    }
  }
  const names = operationNames(workload)
  for (const slo of slos) {
    const bounds = readSlo(slo)
    checkOperations(bounds, names)
    checkCounted(
      bounds,
      names.filter((name) => name === 'multicast'),
    )
  }
}

function checkNamespace(namespace: string): void {
  try {
    validateNamespace(namespace)
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    throw new InputError(`--${error.message}.`, { cause: error })
  }
}

function checkWorkload(workload: WorkloadParameters): void {
  if ('ttlMs' in workload && workload.ttlMs > defaultLimits.maxTtlMs) {
    throw new InputError(
      `--ttl: ${workload.ttlMs / 1_000} is longer than a registration can last, ${defaultLimits.maxTtlMs / 1_000} s; 0 never expires.`,
    )
  }
  if (workload.kind !== 'mixed') return
  const nothing = { run: () => Promise.resolve() }
  try {
    mixed({ register: nothing, enumerate: nothing, multicast: nothing }, workload.mix)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const flags = '--register-pct, --enumerate-pct, --multicast-pct'
    throw new InputError(error.message.replace(/^mix/, flags), { cause: error })
  }
}
