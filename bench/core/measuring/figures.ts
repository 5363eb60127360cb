import { formatDigits } from '../../../src/format.ts'
import { renderTable } from '../../../src/report/terminal/table.ts'
import type { Samples } from './interleave.ts'
import { judge, type Judged, type Outcome, written } from './outcome.ts'
import { medianOf } from '../../../src/stats/quantile.ts'

/** A ratio of two contenders' median times, or a contender's median time in a unit, and its bound. */
export interface Figure {
  readonly what: string
  /**
   * Names of contenders: the first's time divided by the second's. A number in place of the second is a unit of
   * time in ms, such as `US`.
   */
  readonly ratio: readonly [string, string | number]
  readonly must: { readonly atLeast: number } | { readonly atMost: number }
}

/** One microsecond, in ms. */
export const US = 0.001

/** A measured figure. */
export interface MeasuredFigure {
  readonly value: number
  /** The smallest and largest ratio among consecutive parts of the measurement. */
  readonly range: readonly [number, number]
  readonly outcome: Outcome
}

/** The number of equal parts in which the ratio is taken again, to show its reliability. */
const PARTS = 5

/** @throws RangeError if a contender has no sample in one of the parts. */
export function measureFigure({ ratio, must }: Figure, samples: Samples): MeasuredFigure {
  const samplesOf = (name: string) => samples.get(name) ?? []
  const [over, under] = ratio
  const measured = ratio.flatMap((name) => (typeof name === 'string' ? samplesOf(name) : []))
  const rounds = 1 + Math.max(...measured.map(({ round }) => round))
  const ratioIn = (from: number, to: number): number => {
    const medianMs = (name: string): number =>
      medianOf(
        samplesOf(name)
          .filter(({ round }) => round >= from && round < to)
          .map(({ ms }) => ms),
      )
    const value = medianMs(over) / (typeof under === 'string' ? medianMs(under) : under)
    if (!Number.isFinite(value)) throw new RangeError(`${ratio.join(' and ')}: too few samples`)
    return value
  }
  const parts = Array.from({ length: PARTS }, (_, part) =>
    ratioIn((part / PARTS) * rounds, ((part + 1) / PARTS) * rounds),
  )
  const value = ratioIn(0, rounds)
  const outcome = judge(value, parts, (each) =>
    'atLeast' in must ? each >= must.atLeast : each <= must.atMost,
  )
  return { value, range: [Math.min(...parts), Math.max(...parts)], outcome }
}

/** Judges a figure and describes it with its bound. */
export function judgeFigure(figure: Figure, samples: Samples): Judged {
  const { value, outcome } = measureFigure(figure, samples)
  return {
    says: `${figure.what}: ${formatDigits(value)}, must be ${boundOf(figure)}`,
    outcome,
  }
}

/** One line per figure: the ratio and its bound. */
export function renderFigures(figures: readonly Figure[], samples: Samples): string {
  const headings = ['ratio of medians', 'measured', 'must be', `in each ${PARTS}th of the run`, '']
  return renderTable(
    headings.map((heading, at) => ({ heading, align: at === 0 || at === 4 ? 'left' : 'right' })),
    figures.map((figure) => {
      const { value, range, outcome } = measureFigure(figure, samples)
      const [least, most] = range
      const parts = `${formatDigits(least)} to ${formatDigits(most)}`
      return [figure.what, formatDigits(value), boundOf(figure), parts, written(outcome)]
    }),
  )
}

function boundOf({ must }: Figure): string {
  return 'atLeast' in must ? `≥ ${must.atLeast}` : `≤ ${must.atMost}`
}
