/** Times that span more than this are shown on a logarithmic axis. */
const WIDE = 20

/** The scale on which times can be told apart: a few slow ones must not press all others to the ground. */
export function timeScale(ms: readonly (number | null)[]): 'linear' | 'log' {
  const above = ms.flatMap((time) => (time !== null && time > 0 ? [time] : []))
  if (above.length === 0) return 'linear'
  let [least, most] = [Number.POSITIVE_INFINITY, 0]
  for (const time of above) {
    least = Math.min(least, time)
    most = Math.max(most, time)
  }
  return most > WIDE * least ? 'log' : 'linear'
}
