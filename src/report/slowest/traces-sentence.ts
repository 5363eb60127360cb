import { counted, formatCount } from '../../format.ts'
import type { TraceCounts, TracedRequest } from '../../load/tracing/traced-request.ts'

/** Which traces of a load were kept, and what is missing: `132 traces kept: 1 not ok, 130 slow, 1 of the others.` */
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
  const why = `${formatCount(errors)} not ok, ${formatCount(slow)} slow, ${formatCount(sampled)} of the others`
  return `${counted(kept, 'trace')} kept: ${[why, ...missing].join('; ')}.`
}

/** Says that handlers' time is not told apart, if spans of some handlers are missing; otherwise `null`. */
export function missingHandlersSentence(
  requests: readonly Pick<TracedRequest, 'areHandlersKnown'>[],
): string | null {
  if (requests.every(({ areHandlersKnown }) => areHandlersKnown)) return null
  return 'Spans of some handlers are missing: their time counts as the messaging system’s.'
}
