import { written } from '../check-fields.ts'
import { isCount } from '../is-count.ts'
import { shortText } from '../short-text.ts'
import { total } from '../totals.ts'
import type { Losses } from './losses.ts'

/** More examples help nobody, and run files keep them. */
const MAX_EXAMPLES = 10

/**
 * Losses as an operation counts them; or unknown ones, with the reason, where its counts can't be true. Operations are
 * user code, and run files with contradictory counts are rejected when read.
 */
export function checkedLosses(losses: Losses): Losses {
  if (losses.kind === 'unknown') return { kind: 'unknown', reason: shortText(losses.reason) }
  const { of, promised, lost, duplicates, examples } = losses
  const counts = { promised, lost, ...(duplicates === null ? {} : { duplicates }) }
  for (const [name, count] of Object.entries(counts)) {
    if (isCount(count)) continue
    return { kind: 'unknown', reason: `${name}: ${written(count)} is not a number of ${of}` }
  }
  if (lost > promised) {
    return { kind: 'unknown', reason: `${lost} ${of} were lost, but only ${promised} promised` }
  }
  return {
    kind: 'known',
    of,
    promised,
    lost,
    duplicates,
    examples: examples.slice(0, Math.min(lost, MAX_EXAMPLES)).map(shortText),
  }
}

/** What became of the promises of several operations together; unknown if one of them is. */
export function sumOfLosses(all: readonly Losses[]): Losses | null {
  const unknown = all.find(({ kind }) => kind === 'unknown')
  if (unknown !== undefined) return unknown
  const known = all.filter((one) => one.kind === 'known')
  const [first] = known
  if (first === undefined) return null
  const counted = known.flatMap(({ duplicates }) => duplicates ?? [])
  return {
    kind: 'known',
    of: first.of,
    promised: total(known, ({ promised }) => promised),
    lost: total(known, ({ lost }) => lost),
    duplicates: counted.length === 0 ? null : total(counted, (count) => count),
    examples: known.flatMap(({ examples }) => examples).slice(0, MAX_EXAMPLES),
  }
}
