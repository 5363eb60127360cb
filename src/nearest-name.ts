/** More edits than this, or than half of a name, are another name rather than a typo. */
const MAX_EDITS = 3

/**
 * The names that a typo was most likely meant as: those with the fewest edits from it. Upper and
 * lower case are the same.
 * @returns several where they are equally near; none where nothing is near.
 */
export function nearestNames(typo: string, names: readonly string[]): readonly string[] {
  const near = names.filter((name) => Math.abs(name.length - typo.length) <= MAX_EDITS)
  const byEdits = Map.groupBy(near, (name) => editsBetween(typo.toLowerCase(), name.toLowerCase()))
  const fewest = Math.min(...byEdits.keys())
  if (fewest > MAX_EDITS) return []
  return (byEdits.get(fewest) ?? []).filter(
    (name) => fewest <= Math.max(typo.length, name.length) / 2,
  )
}

/** ` Did you mean "x"?` with the nearest names, or nothing: to be put behind a complaint. */
export function didYouMean(typo: string, names: readonly string[]): string {
  const nearest = nearestNames(typo, names)
  if (nearest.length === 0) return ''
  return ` Did you mean ${nearest.map((name) => `"${name}"`).join(' or ')}?`
}

/**
 * Letters to insert, remove, replace, or swap with their neighbour to get from one text to another:
 * the optimal string alignment distance (Damerau 1964).
 */
export function editsBetween(a: string, b: string): number {
  let beforeLast: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1]
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(beforeLast, j - 2) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
