import { counted } from '../../format.ts'
import type { Ending } from '../../report/html/run/outcome-badge.ts'
import { EXIT } from '../../exit-code.ts'
import type { RunComparison } from '../decision/compare-runs.ts'
import { comparisonExitCode, judgedCounts } from '../decision/judgement.ts'
import { markedDifferences } from './comparison-notes.ts'
import { fieldName } from './difference-text.ts'
import { againstText } from './format-metric.ts'

/** A comparison's answer: in a word, in a sentence, and whether that is good news. */
export interface ComparisonAnswer {
  readonly ending: Ending
  readonly word: string
  readonly sentence: string
}

/** What a comparison says. One run of each version proves nothing, so it never says regression. */
export function comparisonAnswer(comparison: RunComparison): ComparisonAnswer {
  const { scenarios, unlike, isUnlikeAllowed } = comparison
  const exitCode = comparisonExitCode(comparison)
  if (exitCode === EXIT.notComparable) {
    const environments = unlike.length > 0 && !isUnlikeAllowed
    const why =
      scenarios.length === 0
        ? 'the runs have no scenario in common'
        : environments
          ? `the environments differ in ${unlike.map(({ field }) => fieldName(field)).join(', ')}`
          : 'the loads differ'
    return { ending: 'inconclusive', word: 'not comparable', sentence: `Not comparable: ${why}.` }
  }
  const { judged } = judgedCounts(comparison)
  const marked = markedDifferences(comparison)
  const largest = marked.toSorted((a, b) => size(b.metric.ratio) - size(a.metric.ratio))[0]
  if (largest !== undefined) {
    const { scenario, operation, metric } = largest
    const one = `${operation} ${metric.metric} of ${scenario}, ${againstText(metric)}`
    const sentence =
      marked.length === 1
        ? `Worth a look, not proven: ${one}.`
        : `${counted(marked.length, 'difference')} are worth a look, not proven. The largest: ${one}.`
    return { ending: 'degraded', word: 'worth a look', sentence }
  }
  if (exitCode !== EXIT.good) {
    const sentence =
      judged === 0
        ? 'Inconclusive: nothing could be judged.'
        : `Inconclusive: ${counted(judged, 'figure')} judged, but not every scenario's times.`
    return { ending: 'inconclusive', word: 'inconclusive', sentence }
  }
  return {
    ending: 'met',
    word: 'no difference',
    sentence: `No difference is beyond the runs' own spread: ${counted(judged, 'figure')} judged.`,
  }
}

/** How far a ratio is from 1, in either direction; the largest if there is none. */
function size(ratio: number | null): number {
  return ratio === null || ratio === 0 ? Infinity : Math.abs(Math.log(ratio))
}
