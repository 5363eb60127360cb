import { rangeOf } from '../../axis-position.ts'

/** Times that span more than this are shown on a logarithmic axis. */
const WIDE = 20

/** The scale on which times can be told apart: a few slow ones must not press all others to the ground. */
export function timeScale(ms: readonly (number | null)[]): 'linear' | 'log' {
  const range = rangeOf(ms.filter((time) => time !== null && time > 0))
  return range !== null && range.max > WIDE * range.min ? 'log' : 'linear'
}
