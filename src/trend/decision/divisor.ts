import { meanOf } from '../../stats/quantile.ts'

/** Whether the times of a series are divided, by what, and why. */
export type Divisor =
  | {
      /** `reference`: by the reference workload's round trip in the same run. `none`: as measured. */
      readonly kind: 'reference' | 'none'
      readonly because: 'variance'
      /** Variance of the logarithms of divided times / of times as measured, in the series' first runs. */
      readonly varianceRatio: number
    }
  | {
      readonly kind: 'none'
      /**
       * `asked`: by `--no-reference`. `too few runs`: not decided yet. `no reference`: one of the first
       * runs has no reference, or one of another version. `constant`: no variance to reduce.
       */
      readonly because: 'asked' | 'too few runs' | 'no reference' | 'constant'
    }

/** The number of first runs that decide, once, before any change can be reported. */
export const DECIDING_RUNS = 12
/** Division must at least halve the variance. */
const MAX_VARIANCE_RATIO = 0.5
/** A smaller variance is rounding. */
const MIN_VARIANCE = 1e-12

/**
 * Decides whether to divide the times of a series by the reference workload's: only if that at least halves
 * the variance of their logarithms in the first runs. A reference that varies independently adds its own
 * variance instead of removing the machine's.
 *
 * @param times of the series' first runs, `DECIDING_RUNS` of them.
 * @param references of the same runs.
 */
export function chooseDivisor(times: readonly number[], references: readonly number[]): Divisor {
  const logs = times.map((time) => Math.log(time))
  const asMeasured = variance(logs)
  if (!(asMeasured > MIN_VARIANCE && asMeasured < Infinity)) {
    return { kind: 'none', because: 'constant' }
  }
  const divided = variance(logs.map((log, k) => log - Math.log(references[k] ?? 1)))
  const varianceRatio = divided / asMeasured
  const kind = varianceRatio <= MAX_VARIANCE_RATIO ? 'reference' : 'none'
  return { kind, because: 'variance', varianceRatio }
}

function variance(values: readonly number[]): number {
  const mean = meanOf(values)
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
}
