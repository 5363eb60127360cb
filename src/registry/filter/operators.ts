/** What can follow a field's path: `"age.gte"`. */
export const fieldOperators = [
  'ne',
  'lt',
  'lte',
  'gt',
  'gte',
  'startswith',
  'endswith',
  'contains',
  'in',
  'exists',
] as const

/** What combines filters. */
export const logicalOperators = ['$and', '$or', '$not'] as const

export type FieldOperator = (typeof fieldOperators)[number]
export type LogicalOperator = (typeof logicalOperators)[number]

export function isFieldOperator(word: string): word is FieldOperator {
  return (fieldOperators as readonly string[]).includes(word)
}

export function isLogicalOperator(word: string): word is LogicalOperator {
  return (logicalOperators as readonly string[]).includes(word)
}

/** Operators of other filter languages, and what says the same here. */
const foreign: ReadonlyMap<string, string> = new Map([
  ['eq', 'the bare field for equality'],
  ['neq', '".ne"'],
  ['nin', '"$not" around ".in"'],
  ['regex', '".startswith", ".endswith" or ".contains"'],
  ['like', '".startswith", ".endswith" or ".contains"'],
])

/** Shorter operators are too near to ordinary field names for a guess at a slip. */
const SHORTEST_GUESSED = 6

/**
 * What `word` at the end of a path was probably meant to be, if it was meant as an operator and
 * not as the name of a nested field.
 */
export function mistakenOperator(word: string): string | undefined {
  const folded = word.replace(/^\$/, '').toLowerCase()
  if (isFieldOperator(folded)) return `".${folded}"`
  const equivalent = foreign.get(folded)
  if (equivalent !== undefined) return equivalent
  const near = fieldOperators.find(
    (operator) => operator.length >= SHORTEST_GUESSED && editDistance(folded, operator) <= 1,
  )
  return near === undefined ? undefined : `".${near}"`
}

/** The candidate that takes the fewest edits to get to from `word`. */
export function nearest<T extends string>(word: string, candidates: readonly [T, ...T[]]): T {
  let best = candidates[0]
  let fewest = Infinity
  for (const candidate of candidates) {
    const edits = editDistance(word.toLowerCase(), candidate)
    if (edits < fewest) {
      best = candidate
      fewest = edits
    }
  }
  return best
}

/** Past this length a word resembles no operator. */
const LONGEST_COMPARED = 20

/** Insertions, deletions and substitutions from `a` to `b` (Levenshtein, row by row). */
function editDistance(a: string, b: string): number {
  if (a.length > LONGEST_COMPARED) return a.length
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    let left = i + 1
    for (let j = 0; j < b.length; j++) {
      const substitution = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      left = Math.min(substitution, left + 1, (row[j + 1] ?? 0) + 1)
      next.push(left)
    }
    row = next
  }
  return row[b.length] ?? 0
}
