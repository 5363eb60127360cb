import { formatMs } from '../load/duration.ts'
import type { Series } from './series.ts'

/** A value of a series, with its unit. */
export function figure({ unit }: Pick<Series, 'unit'>, value: number): string {
  switch (unit) {
    case 'ms':
      return formatMs(value)
    case '×':
      return `${significant(value)} ×`
    case '1/s':
      return `${value.toFixed(1)}/s`
    case 'ratio':
      return `${(value * 100).toFixed(2)} %`
  }
}

/** To three digits. */
export function significant(value: number): number {
  return Number(value.toPrecision(3))
}

/** `1 run`, `2 runs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
