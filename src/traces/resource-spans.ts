import { otlpAttributes, type OtlpAttribute } from './otlp-value.ts'
import type { OtlpSpan, RecordedSpan, TracedProcess } from './span-record.ts'

/** Spans of one process, as OTLP/JSON has them: a file of traces is a list of these. */
export interface ResourceSpans {
  readonly resource: { readonly attributes: readonly OtlpAttribute[] }
  readonly scopeSpans: readonly ScopeSpans[]
}

/** Spans that one library recorded. */
interface ScopeSpans {
  readonly scope: { readonly name: string }
  readonly spans: readonly OtlpSpan[]
}

/** The most spans of one `ResourceSpans`: collectors refuse requests that are too large. */
const LOT = 2_000

/** The spans of one process, in lots of up to 2,000. */
export function resourceSpansOf(
  { name, pid }: TracedProcess,
  spans: readonly RecordedSpan[],
): readonly ResourceSpans[] {
  const attributes = otlpAttributes({ 'service.name': name, 'process.pid': pid }, String)
  return Array.from({ length: Math.ceil(spans.length / LOT) }, (_, at) => {
    const lot = spans.slice(at * LOT, (at + 1) * LOT)
    return {
      resource: { attributes },
      scopeSpans: [...Map.groupBy(lot, ({ scope }) => scope)].map(([scope, own]) => ({
        scope: { name: scope },
        spans: own.map(({ span }) => span),
      })),
    }
  })
}
