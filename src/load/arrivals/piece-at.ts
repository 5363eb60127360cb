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
