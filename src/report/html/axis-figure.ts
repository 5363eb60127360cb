import { formatCount, formatFigure, formatValue, type FigureUnit } from '../../format.ts'
import type { Axis } from './chart.ts'

/** Shown in place of a missing figure. */
export const NO_FIGURE = '–'

/** A value of an axis as people read it: `2.31 ms`, `0:12 (14:03:12 UTC)`, `99.9 %`, `round 3`. */
export function figureOn(axis: Axis, value: number | null | undefined): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return NO_FIGURE
  switch (axis.scale) {
    case 'clock':
      return `${elapsed(value)} (${timeOfDay(axis.startMs + value * 1_000)})`
    case 'nines':
      return `${Number(value.toPrecision(9))} %`
    case 'names':
      return axis.names[value] ?? formatCount(value)
    case 'linear':
    case 'log':
      return figure(value, axis.unit)
  }
}

/** Negative times are changes: their sign comes first. */
function figure(value: number, unit: FigureUnit): string {
  return value < 0 ? `−${formatFigure(-value, unit)}` : formatFigure(value, unit)
}

/** Both ends of a stretch of an axis: `12–13 s`, `4.10–4.40 ms`, `900 µs – 1.10 ms`. */
export function stretchOn(axis: Axis, from: number, to: number): string {
  if (axis.scale === 'clock') return `${formatValue(from)}–${formatValue(to)} s`
  const [low, high] = [figureOn(axis, from), figureOn(axis, to)]
  const [lowUnit, highUnit] = [low, high].map((text) => text.slice(text.indexOf(' ')))
  if (low.includes(' ') && lowUnit === highUnit) return `${low.split(' ')[0]}–${high}`
  return `${low} – ${high}`
}

/** Seconds as a clock shows them, to a millisecond: `0:12`, `1:02:03`, `0:00.5`. */
export function elapsed(seconds: number): string {
  const ms = Math.round(Math.abs(seconds) * 1_000)
  const whole = Math.floor(ms / 1_000)
  const rest = ms % 1_000
  const fraction = rest === 0 ? '' : `.${String(rest).padStart(3, '0').replace(/0+$/, '')}`
  const hours = Math.floor(whole / 3_600)
  const minutes = Math.floor(whole / 60) % 60
  const front = hours > 0 ? `${hours}:${twoDigits(minutes)}` : `${minutes}`
  return `${seconds < 0 && ms > 0 ? '−' : ''}${front}:${twoDigits(whole % 60)}${fraction}`
}

/** In the time zone that reports and run files have: `14:03:12 UTC`. */
function timeOfDay(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? NO_FIGURE : `${date.toISOString().slice(11, 19)} UTC`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
