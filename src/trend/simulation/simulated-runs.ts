import { normalDraws, randomStream, type Draw } from '../../stats/random.ts'
import type { HistoryRow } from '../../run-file/history/history-row.ts'

/** How a simulated metric varies from run to run. */
export interface Noise {
  /** Standard deviation, relative to the level; 0.05 is 5 %. */
  readonly relative: number
  /** Correlation of a run with the one before, 0 to below 1. */
  readonly autocorrelation: number
  /** `heavy`: Student's t with 3 degrees of freedom, scaled to the same standard deviation. */
  readonly tails: 'normal' | 'heavy'
  /**
   * The ratio of the variance that the reference workload has in common with the metric, 0 to 1; the
   * reference varies as much as the metric. `null`: runs have no reference.
   */
  readonly shared: number | null
}

/** From run `at` on, runs are slower by `relative`. */
export interface Step {
  readonly at: number
  /** Relative to the level before; 0.1 is 10 % more. */
  readonly relative: number
}

/** Simulates rows of history.csv for one operation, with P50 around 10 ms. Reproducible by seed and stream. */
export function simulatedRuns(
  runs: number,
  noise: Noise,
  step: Step,
  seed: number,
  stream: number,
): readonly HistoryRow[] {
  const draw = randomStream(seed, stream)
  const shared = noise.shared ?? 0
  const wave = (): readonly number[] => autoregression(runs, noise, draw)
  const [own, common, referenceOwn] = [wave(), wave(), wave()]
  const mixed = (other: readonly number[], k: number): number =>
    Math.sqrt(shared) * (common[k] ?? 0) + Math.sqrt(1 - shared) * (other[k] ?? 0)
  return Array.from({ length: runs }, (_, k): HistoryRow => {
    const level = k < step.at ? 10 : 10 * (1 + step.relative)
    const referenceMs = noise.shared === null ? null : factor(noise, mixed(referenceOwn, k))
    return row(k, level * factor(noise, mixed(own, k)), referenceMs)
  })
}

/** Log-normal for normal tails, so that no time is negative. */
function factor({ relative }: Noise, deviation: number): number {
  return Math.exp(relative * deviation)
}

/** Values of variance 1, stationary from the first on: xₜ = φ·xₜ₋₁ + √(1 − φ²)·εₜ. */
function autoregression(runs: number, noise: Noise, draw: Draw): readonly number[] {
  const { autocorrelation: phi, tails } = noise
  const normal = normalDraws(draw)
  const innovation = tails === 'normal' ? normal : () => student3(normal)
  let value = innovation()
  const next = (): number => (value = phi * value + Math.sqrt(1 - phi ** 2) * innovation())
  // Burn-in, until the distribution of the first value has no influence.
  for (let k = 0; k < 20; k += 1) next()
  return Array.from({ length: runs }, next)
}

/** Variance 1 instead of 3. */
function student3(normal: Draw): number {
  const chiSquared = normal() ** 2 + normal() ** 2 + normal() ** 2
  return normal() / Math.sqrt(chiSquared)
}

function row(day: number, p50Ms: number, referenceMs: number | null): HistoryRow {
  return {
    runId: `simulated-${String(day).padStart(6, '0')}`,
    startedAt: new Date(day * 86_400_000).toISOString(),
    commit: null,
    isDirty: null,
    environmentKey: '0'.repeat(16),
    environment: 'simulated',
    workloadHash: null,
    scenario: 'simulated',
    operation: 'simulated',
    verdict: 'valid',
    requests: 1_000,
    p50Ms,
    p95Ms: null,
    p99Ms: null,
    p999Ms: null,
    throughputPerSecond: null,
    errorRatio: null,
    deliveryRatio: null,
    referenceVersion: referenceMs === null ? null : 1,
    referenceRedisP50Ms: referenceMs,
    referenceNatsP50Ms: referenceMs,
    serviceP50Ms: p50Ms,
    serviceP95Ms: null,
    serviceP99Ms: null,
    serviceP999Ms: null,
    seriesKey: '0'.repeat(16),
    nodeVersion: '',
    kernel: '',
    redisVersion: '',
    natsVersion: '',
    redisClientVersion: '',
    natsClientVersion: '',
    serverConfiguration: '',
  }
}
