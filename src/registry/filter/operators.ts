import { editsBetween } from '../../nearest-name.ts'

/** The operators that can follow a field's path: `"age.gte"`. */
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

/** The operators that combine filters. */
export const logicalOperators = ['$and', '$or', '$not'] as const

export type FieldOperator = (typeof fieldOperators)[number]
export type LogicalOperator = (typeof logicalOperators)[number]

export function isFieldOperator(word: string): word is FieldOperator {
  return (fieldOperators as readonly string[]).includes(word)
}

export function isLogicalOperator(word: string): word is LogicalOperator {
  return (logicalOperators as readonly string[]).includes(word)
}

const USE_EQUALITY = 'use the bare field for equality'
const USE_TEXT = 'use ".startswith", ".endswith" or ".contains"; there are no patterns'
const USE_NOT_IN = 'use "$not" around ".in"'
const USE_ALL = 'use ".contains" for each value, all in "$and"'
const USE_ANY = 'use ".contains" for each value, all in "$or"'
const USE_NULL = 'use the bare field with null, or ".exists" if it may be missing'
const USE_EMPTY = 'use ".exists" if it may be missing, or the bare field with "" or []'
const NO_CASE = 'comparisons are case-sensitive'

/**
 * Operators of other filter languages that are unusual as field names, and their replacements; without
 * underscores.
 */
const foreignOperators: ReadonlyMap<string, string> = new Map([
  ['eq', USE_EQUALITY],
  ['equal', USE_EQUALITY],
  ['equals', USE_EQUALITY],
  ['exact', USE_EQUALITY],
  ['iexact', `${USE_EQUALITY}; ${NO_CASE}`],
  ['neq', 'use ".ne"'],
  ['noteq', 'use ".ne"'],
  ['notequal', 'use ".ne"'],
  ['notequals', 'use ".ne"'],
  ['isnot', 'use ".ne"'],
  ['le', 'use ".lte"'],
  ['lessthan', 'use ".lt"'],
  ['lessthanorequal', 'use ".lte"'],
  ['ge', 'use ".gte"'],
  ['greaterthan', 'use ".gt"'],
  ['greaterthanorequal', 'use ".gte"'],
  ['nin', USE_NOT_IN],
  ['notin', USE_NOT_IN],
  ['regex', USE_TEXT],
  ['iregex', USE_TEXT],
  ['regexp', USE_TEXT],
  ['like', USE_TEXT],
  ['ilike', USE_TEXT],
  ['notlike', USE_TEXT],
  ['beginswith', 'use ".startswith"'],
  ['istartswith', `use ".startswith"; ${NO_CASE}`],
  ['iendswith', `use ".endswith"; ${NO_CASE}`],
  ['icontains', `use ".contains"; ${NO_CASE}`],
  ['includes', 'use ".contains"'],
  ['notcontains', 'use "$not" around ".contains"'],
  ['elemmatch', 'use ".contains" for an equal element; elements are compared whole'],
  ['containsall', USE_ALL],
  ['hasall', USE_ALL],
  ['hasevery', USE_ALL],
  ['containsany', USE_ANY],
  ['hasany', USE_ANY],
  ['hassome', USE_ANY],
  ['isnull', USE_NULL],
  ['notnull', USE_NULL],
  ['isnotnull', USE_NULL],
  ['isempty', USE_EMPTY],
  ['notempty', USE_EMPTY],
])

/** The same for words that are also common field names. */
const foreignWords: ReadonlyMap<string, string> = new Map([
  ['is', USE_EQUALITY],
  ['not', 'use ".ne", or "$not" around another condition'],
  ['match', USE_TEXT],
  ['matches', USE_TEXT],
  ['between', 'use ".gte" and ".lte"'],
  ['before', 'use ".lt"'],
  ['after', 'use ".gt"'],
  ['prefix', 'use ".startswith"'],
  ['suffix', 'use ".endswith"'],
  ['has', 'use ".contains"'],
  ['all', USE_ALL],
  ['any', USE_ANY],
  ['size', 'there is no operator for lengths; keep the number in a field'],
  ['null', USE_NULL],
  ['empty', USE_EMPTY],
])

/** Shorter operators are too similar to ordinary field names to guess a typo. */
const MIN_GUESSED = 6

/**
 * The replacement, as a sentence, if `word` at the end of a path was probably meant as an operator and not
 * as a nested field.
 */
export function adviceOnSuffix(word: string): string | undefined {
  const advice = adviceOnOperator(word) ?? sentence(foreignWords.get(folded(word)))
  if (advice !== undefined || !word.startsWith('$')) return advice
  return `did you mean ".${nearest(word.slice(1), fieldOperators)}"?`
}

/** The same for a word that can hardly be anything but an operator, wherever it stands. */
export function adviceOnOperator(word: string): string | undefined {
  if (word.length > MAX_COMPARED) return undefined
  const name = folded(word)
  const letters = name.replaceAll(/[^a-z]/g, '')
  if (isFieldOperator(letters)) return `did you mean ".${letters}"?`
  const instead = sentence(foreignOperators.get(name))
  if (instead !== undefined) return instead
  const near = fieldOperators.find(
    (operator) => operator.length >= MIN_GUESSED && editsBetween(name, operator) <= 1,
  )
  return near === undefined ? undefined : `did you mean ".${near}"?`
}

function sentence(advice: string | undefined): string | undefined {
  return advice === undefined ? undefined : `${advice}.`
}

function folded(word: string): string {
  return word.toLowerCase().replaceAll(/^\$|[_-]/g, '')
}

/** The candidate with the fewest edits from `word`. */
export function nearest<T extends string>(word: string, candidates: readonly [T, ...T[]]): T {
  let best = candidates[0]
  let fewest = Infinity
  for (const candidate of candidates) {
    const edits =
      word.length > MAX_COMPARED ? word.length : editsBetween(word.toLowerCase(), candidate)
    if (edits < fewest) {
      best = candidate
      fewest = edits
    }
  }
  return best
}

/** Past this length a word resembles no operator. */
const MAX_COMPARED = 20
