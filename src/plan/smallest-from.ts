/** The search ends here: a plan with more of anything is unrealistic. */
const MAX_COUNT = 2 ** 30

/**
 * The smallest whole number from `from` that is enough, if every larger one is enough too; a number
 * of at least 2³⁰ if none is.
 */
export function smallestFrom(from: number, isEnough: (count: number) => boolean): number {
  if (isEnough(from)) return from
  let below = from
  let enough = below * 2
  while (!isEnough(enough)) {
    if (enough >= MAX_COUNT) return enough
    ;[below, enough] = [enough, enough * 2]
  }
  while (enough - below > 1) {
    const middle = Math.floor((below + enough) / 2)
    if (isEnough(middle)) enough = middle
    else below = middle
  }
  return enough
}
