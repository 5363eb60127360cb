import { checkedLater, checkFields, type Fields } from '../check-fields.ts'
import type { Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'
import { lengthMs, rateAbove0, rateFrom0 } from './arguments.ts'
import type { Arrivals } from './arrivals.ts'
import { requestsIn, wholeIfNear } from './arithmetic.ts'

/** A rate that comes and goes. */
export interface Sine {
  /** Requests/s on average, > 0. */
  readonly mean: number
  /** The amplitude of the rate around the mean, in requests/s, 0 … `mean`. */
  readonly amplitude: number
  /** The time from one crest to the next, > 0. */
  readonly period: Duration
}

const FIELDS: Fields<Sine> = { mean: checkedLater, amplitude: checkedLater, period: checkedLater }

const TURN = 2 * Math.PI
const CELLS = 4_096
/**
 * Of a turn, in radians: 2·10⁻¹⁴ of a period's requests. Far less than one request, so the order of
 * requests survives it.
 */
const TOLERANCE = 1e-13

/**
 * A rate that swings around its mean, as days do; without end.
 *
 *     mean + amplitude │  ╭─╮         ╭─╮
 *     mean             │ ╱   ╲       ╱   ╲
 *     mean − amplitude │       ╲___╱       ╲__
 *                      └────────────────────── time
 *                       └──period───┘
 *
 * rate(t) = mean + amplitude·sin θ with θ = 2πt / period, and so the requests due by then are
 *
 *     N(t) = mean·period / 2π · (θ + a·(1 − cos θ)),  a = amplitude / mean
 *
 * A period has M = mean·period of them. Request k is due in period c = ⌊k / M⌋ where
 * θ + a·(1 − cos θ) = 2π·(k − cM) / M, which has no closed form (it is Kepler's equation, a quarter
 * turn on). It is solved by Newton's method between the marks of a table of 4,096, bisecting
 * where a step would leave them, until within 10⁻¹³; one step mostly does.
 *
 * @throws InputError for figures out of range, and for unknown options.
 */
export function sine(options: Sine): Arrivals {
  checkFields(options, 'sine', FIELDS)
  const mean = rateAbove0(options.mean, 'sine: mean')
  const amplitude = rateFrom0(options.amplitude, 'sine: amplitude')
  const periodMs = lengthMs(options.period, 'sine: period')
  if (amplitude > mean) {
    throw new InputError(
      `sine: amplitude ${amplitude} is above the mean ${mean}: the rate would fall below 0.`,
    )
  }
  const swing = amplitude / mean
  const inPeriod = requestsIn(mean, periodMs)
  // Equal ratios of the requests, not of the time, so that a mark is found without a search.
  const marks = new Float64Array(CELLS + 1)
  for (let i = 1; i < CELLS; i++) {
    const level = (TURN * i) / CELLS
    marks[i] = angleWhere(swing, level, { low: marks[i - 1] ?? 0, high: TURN, guess: level })
  }
  marks[CELLS] = TURN

  const start = (k: number): number => {
    const period = Math.floor(wholeIfNear(k / inPeriod))
    const ratio = Math.max((k - period * inPeriod) / inPeriod, 0)
    const cell = Math.floor(ratio * CELLS)
    const low = marks[cell] ?? 0
    const high = marks[cell + 1] ?? TURN
    const guess = low + (ratio * CELLS - cell) * (high - low)
    const angle = angleWhere(swing, TURN * ratio, { low, high, guess })
    return (period + angle / TURN) * periodMs
  }
  return Object.assign(start, {
    label: `sine ${mean} ± ${amplitude}/s, period ${options.period}`,
  })
}

/** Solves θ + swing·(1 − cos θ) = `level` for the θ between `low` and `high`. */
function angleWhere(
  swing: number,
  level: number,
  within: { low: number; high: number; guess: number },
): number {
  let { low, high, guess: angle } = within
  for (;;) {
    const excess = angle + swing * (1 - Math.cos(angle)) - level
    if (Math.abs(excess) <= TOLERANCE) return angle
    if (excess > 0) high = angle
    else low = angle
    const step = excess / (1 + swing * Math.sin(angle))
    const next = angle - step
    const isBetween = next > low && next < high
    // The remainder of a step is at most step²/2 times the greatest second derivative, which is the swing.
    if (isBetween && (swing * step * step) / 2 <= TOLERANCE) return next
    angle = isBetween ? next : (low + high) / 2
    // No number is left between them.
    if (angle <= low || angle >= high) return angle
  }
}
