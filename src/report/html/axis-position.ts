import type { Axis } from './chart.ts'

/**
 * Where a value stands along an axis, on a scale on which the axis is linear; `null` for what can't be
 * drawn there: no figure, not finite, not positive on a logarithmic axis, 100 % at the nines, where it
 * is infinitely far.
 */
export function positionOn(axis: Axis, value: number | null | undefined): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  switch (axis.scale) {
    case 'log':
      return value > 0 ? Math.log10(value) : null
    case 'nines':
      // Adding 0 turns −0 into 0.
      return value >= 0 && value < 100 ? -Math.log10(1 - value / 100) + 0 : null
    case 'clock':
    case 'linear':
    case 'names':
      return value
  }
}

/** The value that stands at a position. */
export function valueAt(axis: Axis, position: number): number {
  switch (axis.scale) {
    case 'log':
      return 10 ** position
    case 'nines':
      return 100 * (1 - 10 ** -position)
    case 'clock':
    case 'linear':
    case 'names':
      return position
  }
}

/** A stretch of an axis, in positions. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** The smallest range that holds all positions; `null` without one. */
export function rangeOf(positions: Iterable<number | null>): Range | null {
  let min = Infinity
  let max = -Infinity
  for (const position of positions) {
    if (position === null) continue
    min = Math.min(min, position)
    max = Math.max(max, position)
  }
  return min <= max ? { min, max } : null
}

/**
 * What an axis of heights shows for figures in a range: from 0 on a linear axis, unless they are all far from it
 * and `mayZoom`; whole steps of 1, 2, 5 on a logarithmic one.
 */
export function heightRange(axis: Axis, { min, max }: Range, mayZoom = false): Range {
  if (axis.scale === 'log') {
    const low = stepBelow(min)
    const high = stepAbove(max)
    return high > low ? { min: low, max: high } : { min: low - 0.5, max: low + 0.5 }
  }
  const spread = max - min
  if (mayZoom && min > 0 && spread < min) {
    const room = spread > 0 ? spread * 0.15 : min * 0.1
    return { min: min - room, max: max + room }
  }
  const low = Math.min(0, min)
  const high = Math.max(0, max)
  if (high === low) return { min: 0, max: 1 }
  const room = (high - low) * 0.08
  return { min: low < 0 ? low - room : 0, max: high > 0 ? high + room : 0 }
}

/** 1, 2, 5 and 10 on a logarithmic scale. */
const STEPS = [0, Math.log10(2), Math.log10(5), 1]

/** So that a step stays itself in floating point. */
const TINY = 1e-9

function stepBelow(position: number): number {
  const decade = Math.floor(position + TINY)
  return decade + Math.max(...STEPS.filter((step) => step <= position - decade + TINY))
}

function stepAbove(position: number): number {
  const decade = Math.floor(position)
  return decade + Math.min(...STEPS.filter((step) => step >= position - decade - TINY))
}
