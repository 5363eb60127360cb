import { formatCount, type FigureUnit } from '../../format.ts'
import { elapsed } from './axis-figure.ts'
import { positionOn, valueAt, type Range } from './axis-position.ts'
import type { Axis } from './chart.ts'

/** A labelled position of an axis. */
export interface Tick {
  readonly position: number
  readonly label: string
}

/**
 * About `most` ticks in a range, in ascending order: round values, evenly spaced where the scale is. Fewer
 * where floating point has no more values, in a range that is tiny for its distance from 0.
 */
export function ticksOn(axis: Axis, range: Range, most: number): readonly Tick[] {
  const { min, max } = range
  if (!(min <= max) || !(most >= 1) || max - min > 1e15) return []
  const slack = (max - min) * 1e-9
  const ticks = roundTicks(axis, range, most).filter(
    ({ position }) => position >= min - slack && position <= max + slack,
  )
  return ticks.filter(({ position }, k) => position !== ticks[k - 1]?.position)
}

function roundTicks(axis: Axis, range: Range, most: number): readonly Tick[] {
  const spread = range.max - range.min
  switch (axis.scale) {
    case 'clock':
      return labelled(axis, multiples(range, clockStep(spread, most)), elapsed)
    case 'linear':
      return linearTicks(axis, range, most)
    case 'log':
      return logTicks(axis, range, most)
    case 'nines':
      return ninesTicks(axis, range, most)
    case 'names': {
      const step = Math.max(1, Math.ceil(spread / most))
      const places = multiples(range, step).filter((place) => axis.names[place] !== undefined)
      return labelled(axis, places, (place) => shortened(axis.names[place] ?? ''))
    }
  }
}

function labelled(
  axis: Axis,
  values: readonly number[],
  label: (value: number) => string,
): readonly Tick[] {
  return values.flatMap((value) => {
    const position = positionOn(axis, value)
    return position === null ? [] : [{ position, label: label(value) }]
  })
}

/** Steps of a clock in seconds: parts of minutes, hours and days. */
const CLOCK_STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200,
]
const DAY_SECONDS = 86_400

function clockStep(seconds: number, most: number): number {
  const smallest = seconds / most
  if (seconds < 2) return roundStep(smallest)
  const step = CLOCK_STEPS.find((candidate) => candidate >= smallest)
  return step ?? DAY_SECONDS * Math.max(1, roundStep(smallest / DAY_SECONDS))
}

/** The next larger 1, 2 or 5 times a power of ten. */
function roundStep(smallest: number): number {
  const decade = 10 ** Math.floor(Math.log10(smallest))
  return (
    decade * ([1, 2, 5, 10].find((multiple) => multiple * decade >= smallest * (1 - 1e-9)) ?? 10)
  )
}

function multiples({ min, max }: Range, step: number): readonly number[] {
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.floor(max / step + 1e-9)
  const count = Math.max(0, Math.min(last - first + 1, 1_000))
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)))
}

function linearTicks(
  axis: Extract<Axis, { scale: 'linear' | 'log' }>,
  range: Range,
  most: number,
): readonly Tick[] {
  const spread = range.max - range.min
  if (!(spread > 0)) return labelled(axis, [range.min], (value) => tickLabel(value, axis.unit))
  const largest = Math.max(Math.abs(range.min), Math.abs(range.max))
  return labelled(axis, multiples(range, roundStep(spread / most)), (value) =>
    tickLabel(value, axis.unit, largest),
  )
}

function logTicks(
  axis: Extract<Axis, { scale: 'linear' | 'log' }>,
  range: Range,
  most: number,
): readonly Tick[] {
  const first = Math.floor(range.min)
  const decades = Array.from({ length: Math.ceil(range.max) - first + 1 }, (_, k) => first + k)
  const inRange = ({ position }: Tick) =>
    position >= range.min - 1e-9 && position <= range.max + 1e-9
  for (const multiplesOfDecade of [[1, 2, 5], [1, 3], [1]]) {
    const values = decades.flatMap((decade) => multiplesOfDecade.map((m) => m * 10 ** decade))
    const ticks = labelled(axis, values, (value) => tickLabel(value, axis.unit)).filter(inRange)
    if (ticks.length <= most && ticks.length >= 2) return ticks
  }
  if (range.max - range.min < 1) {
    // Less than a decade: round values between its ends.
    const ends = { min: valueAt(axis, range.min), max: valueAt(axis, range.max) }
    return labelled(axis, multiples(ends, roundStep((ends.max - ends.min) / most)), (value) =>
      tickLabel(value, axis.unit),
    )
  }
  const skip = Math.max(1, Math.ceil((range.max - range.min) / most))
  const values = decades.filter((decade) => decade % skip === 0).map((decade) => 10 ** decade)
  return labelled(axis, values, (value) => tickLabel(value, axis.unit))
}

/** 0, the median, and every further nine: 90 %, 99 %, 99.9 %, … */
function ninesTicks(axis: Axis, { min, max }: Range, most: number): readonly Tick[] {
  const nines = Math.min(15, Math.floor(max + 1e-9))
  const skip = Math.max(1, Math.ceil((nines + 1) / most))
  const values = Array.from({ length: nines + 1 }, (_, k) => k)
    .filter((k) => k % skip === 0)
    .map((k) => 100 * (1 - 10 ** -k))
  // 50 % is a third of the way from 0 % to 90 %.
  if (skip === 1 && (max - min) / most < 0.3) values.splice(1, 0, 50)
  return labelled(axis, values, (percent) => `${Number(percent.toPrecision(15))} %`)
}

/** Short, in the unit a person would choose for `largest`: `5 ms`, `0.5 s`, `1,000/s`, `99.9 %`. */
function tickLabel(value: number, unit: FigureUnit, largest = Math.abs(value)): string {
  switch (unit) {
    case 'ms':
      if (value === 0) return '0'
      if (largest < 1) return `${amount(value * 1_000)} µs`
      return largest < 1_000 ? `${amount(value)} ms` : `${amount(value / 1_000)} s`
    case '1/s':
      return `${amount(value)}/s`
    case 'ratio':
      return `${amount(value * 100)} %`
    case '×':
      return `${amount(value)} ×`
    case 'number':
      return amount(value)
  }
}

/** `1,000`, `0.25`, `20k`, `3M`: round values are exact in it. */
function amount(value: number): string {
  const size = Math.abs(value)
  const sign = value < 0 ? '−' : ''
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return `${sign}${Number(size.toPrecision(4))}`
  if (size >= 1e6) return `${sign}${Number((size / 1e6).toPrecision(6))}M`
  if (size >= 1e4) return `${sign}${Number((size / 1e3).toPrecision(6))}k`
  return `${sign}${size < 1 ? Number(size.toPrecision(6)) : formatCount(size)}`
}

/** Characters of a name that a tick shows: a date and a commit with a star fit. */
export const LONGEST_NAME = 19

function shortened(name: string): string {
  const text = Array.from(name)
  return text.length <= LONGEST_NAME ? name : `${text.slice(0, LONGEST_NAME - 1).join('')}…`
}
