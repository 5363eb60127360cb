import { InputError } from '../../input-error.ts'
import { didYouMean } from '../../nearest-name.ts'

/**
 * A percentile as an SLO names it: `p` and 2 to 5 digits, of which the first two are the percent and
 * the others its decimals. `p50`, `p90`, `p975` is P97.5, `p999` is P99.9, `p99999` is P99.999.
 */
export type PercentileKey = `p${number}`

/** A percentile by its name in an SLO, in reports, and as a number from 0 to 100. */
export interface Percentile {
  /** `p` and its digits without trailing zeros, or `max`. */
  readonly key: string
  /** e.g. `P99.9`, or `max`. */
  readonly label: string
  /** 50 to 99.999, or 100 for `max`. */
  readonly value: number
}

/** The form of a key; the schema of run files uses it too. */
export const PERCENTILE_KEY = /^(?:p[5-9]\d{1,4}|max)$/

/** The keys that are suggested for a typo. */
export const USUAL_PERCENTILES = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'p9999', 'max']

const PERCENTILE_FORM =
  'Write max for the longest time, or a percentile from p50 to p99999, with decimals behind the first two digits: p95, p975 for P97.5, p999 for P99.9.'

/**
 * Reads a key of an SLO, such as `p999`.
 * @param where names it in the error.
 * @throws InputError unless it is `max` or a percentile from P50 to P99.999.
 */
export function readPercentile(key: string, where: string): Percentile {
  if (key === 'max') return { key, label: 'max', value: 100 }
  if (!PERCENTILE_KEY.test(key)) {
    const hint = key === 'p100' ? ' Did you mean "max"?' : didYouMean(key, USUAL_PERCENTILES)
    throw new InputError(`${where}: there is no "${key}".${hint} ${PERCENTILE_FORM}`)
  }
  const decimals = key.slice(3).replace(/0+$/, '')
  const percent = key.slice(1, 3) + (decimals === '' ? '' : `.${decimals}`)
  return { key: key.slice(0, 3) + decimals, label: `P${percent}`, value: Number(percent) }
}
