/** A test of the run that has begun; times in ms. */
export interface BegunTest {
  readonly tookMs: number
  /** Until its end; 0 if it has ended, `null` if unknown. */
  readonly leftMs: number | null
}

/**
 * The time that tests still take, in ms, if those to come take as long as those that have begun; `null` if
 * nothing is known of them.
 * @param toCome how many have not begun.
 */
export function timeLeftMs(begun: readonly BegunTest[], toCome: number): number | null {
  const known = begun.flatMap(({ tookMs, leftMs }) => (leftMs === null ? [] : [tookMs + leftMs]))
  if (known.length === 0) return null
  const usualMs = known.reduce((sum, ms) => sum + ms, 0) / known.length
  const ofBegun = begun.map(({ tookMs, leftMs }) => leftMs ?? Math.max(usualMs - tookMs, 0))
  return ofBegun.reduce((sum, ms) => sum + ms, 0) + usualMs * toCome
}

const MINUTE_S = 60

/** Rounded to what an estimate can say: `about 40 s`, `about 5 min`, `about 1 h 20 min`. */
export function aboutText(ms: number): string {
  const seconds = ms / 1_000
  if (seconds < 10) return `about ${Math.max(Math.round(seconds), 1)} s`
  if (seconds < 57.5) return `about ${roundedTo(5, seconds)} s`
  if (seconds < 2 * MINUTE_S - 5) {
    const rounded = roundedTo(10, seconds)
    const rest = rounded % MINUTE_S
    return `about ${Math.floor(rounded / MINUTE_S)} min${rest === 0 ? '' : ` ${rest} s`}`
  }
  const minutes = Math.round(seconds / MINUTE_S)
  if (minutes < 60) return `about ${minutes} min`
  const rounded = roundedTo(10, minutes)
  const rest = rounded % 60
  return `about ${Math.floor(rounded / 60)} h${rest === 0 ? '' : ` ${rest} min`}`
}

function roundedTo(step: number, value: number): number {
  return Math.round(value / step) * step
}
