/** Relative error that a count can have from rounding, with room to spare. */
const ROUNDING = 1e-12

/**
 * Requests of a rate over a time, possibly fractional. 0.07/s for 100 s is 7, not
 * 7.000000000000001, which would be an eighth request.
 */
export function requestsIn(ratePerSecond: number, ms: number): number {
  return wholeIfNear((ratePerSecond * ms) / 1_000)
}

/** The whole number that a count differs from by no more than rounding, or else the count. */
export function wholeIfNear(count: number): number {
  const whole = Math.round(count)
  return Math.abs(count - whole) <= ROUNDING * count ? whole : count
}

/**
 * Which piece of a schedule request `k` is in: the last whose first request is `k` or before, so
 * that pieces without requests are passed over. Bisected.
 * @param firsts number of each piece's first request, ascending, the first of them 0.
 */
export function pieceAt(firsts: Float64Array, k: number): number {
  let low = 0
  let high = firsts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((firsts[middle] ?? Infinity) <= k) low = middle
    else high = middle - 1
  }
  return low
}
