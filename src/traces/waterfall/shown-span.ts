/** A span of a trace, as it was read from a traces file: every text is short and harmless to print. */
export interface ShownSpan {
  readonly spanId: string
  /** The span's parent; `null` for the request itself. The file may lack the parent, or hold a cycle. */
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: SpanKind
  /** The service name of the process, or `process <pid>`; `''` if unknown. */
  readonly process: string
  /** UNIX time in ns. */
  readonly startNs: bigint
  /** UNIX time in ns, at least `startNs`. */
  readonly endNs: bigint
  /** At most 24; values are texts, cut at 300 characters. */
  readonly attributes: ReadonlyMap<string, string>
  /** `null` unless the span's status is ERROR. Its message may be empty. */
  readonly error: string | null
}

/** Kinds of spans, as OTLP numbers them; unknown kinds are internal. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'
