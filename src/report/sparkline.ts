/** From the lowest to the highest. */
const HEIGHTS = '▁▂▃▄▅▆▇█'

/** Where there is no figure. */
const NOTHING = '·'

/**
 * One block character per value, in eight heights from the lowest to the highest value, and `·` for none.
 * @param from the value of the lowest height: `zero` shows how large values are, `lowest` how they change.
 */
export function sparkline(
  values: readonly (number | null)[],
  from: 'zero' | 'lowest' = 'lowest',
): string {
  const known = values.filter(isFigure)
  const highest = known.reduce((most, value) => Math.max(most, value), -Infinity)
  const lowest = known.reduce(
    (least, value) => Math.min(least, value),
    from === 'zero' ? 0 : Infinity,
  )
  return values
    .map((value) => {
      if (!isFigure(value)) return NOTHING
      if (highest === lowest) return HEIGHTS.charAt(from === 'zero' ? 0 : 3)
      return HEIGHTS.charAt(Math.round(((value - lowest) / (highest - lowest)) * 7))
    })
    .join('')
}

/**
 * As many values as there is room for: neighbours are merged into one if there are more.
 * @param merge is given the known values of each group, at least one.
 */
export function fitted(
  values: readonly (number | null)[],
  room: number,
  merge: (values: readonly number[]) => number,
): readonly (number | null)[] {
  if (values.length <= room) return values
  return Array.from({ length: room }, (_, i) => {
    const group = values
      .slice(Math.floor((i * values.length) / room), Math.floor(((i + 1) * values.length) / room))
      .filter(isFigure)
    return group.length === 0 ? null : merge(group)
  })
}

function isFigure(value: number | null): value is number {
  return value !== null && Number.isFinite(value)
}
