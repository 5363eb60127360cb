import { counted, formatCount } from '../../format.ts'
import type { TraceCounts } from '../../load/tracing/traced-request.ts'

/** Which traces of a load were kept, and what is missing: `132 traces kept: 1 failed, 130 slow, 1 of the others.` */
export function tracesSentence({
  kept,
  errors,
  slow,
  sampled,
  lost,
  lostSpans,
}: TraceCounts): string {
  const missing = [
    ...(lost > 0 ? [`no room for ${formatCount(lost)} more`] : []),
    ...(lostSpans > 0 ? [`${counted(lostSpans, 'span')} lost`] : []),
  ]
  const why = `${formatCount(errors)} failed, ${formatCount(slow)} slow, ${formatCount(sampled)} of the others`
  return `${counted(kept, 'trace')} kept: ${[why, ...missing].join('; ')}.`
}
