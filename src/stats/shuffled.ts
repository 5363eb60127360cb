/**
 * Items in an order drawn anew (Fisher and Yates).
 * @param random uniform in 0 … 1, 1 excluded.
 */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): readonly T[] {
  const left = [...items]
  const drawn: T[] = []
  while (left.length > 0) drawn.push(...left.splice(Math.floor(random() * left.length), 1))
  return drawn
}
