/** Figures as tables have them: rounded to what was measured, or to what people read. */

/** A time in ms, to the µs. */
export function roundedMs(ms: number | null): number | null {
  return rounded(ms, 3)
}

/** A rate per second, to a tenth, or three digits of small ones. */
export function roundedRate(perSecond: number | null): number | null {
  if (perSecond === null || perSecond === 0) return perSecond
  const digits = Math.floor(Math.log10(Math.abs(perSecond)))
  return rounded(perSecond, Math.max(1, 2 - digits))
}

/** A ratio, to a millionth. */
export function roundedRatio(ratio: number | null): number | null {
  return rounded(ratio, 6)
}

/** Rounded to a number of decimals; numbers too large for decimals are unchanged. */
function rounded(value: number | null, decimals: number): number | null {
  return value === null || Math.abs(value) >= 1e15
    ? value
    : Number(value.toFixed(Math.min(decimals, 100)))
}
