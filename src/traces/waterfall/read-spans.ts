import type { ShownSpan, SpanKind } from './shown-span.ts'

/** The most spans of one trace that are read; further ones are counted. */
export const MAX_SPANS_PER_TRACE = 2_000

const MAX_ATTRIBUTES = 24

/** One trace as it was read. */
export interface ReadTrace {
  readonly spans: readonly ShownSpan[]
  /** Spans that are not valid, or beyond `MAX_SPANS_PER_TRACE`. */
  readonly leftOut: number
}

/**
 * Spans of OTLP/JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), by trace ID. Reads only the
 * traces asked for, so their memory is bounded however many others there are. Throws nothing: a span that is not valid is
 * counted and left out.
 * @param resources `ResourceSpans`, parsed from JSON and unchecked.
 * @param isWanted whether a trace is asked for, by its ID of 32 lower-case hex digits.
 * @param clean makes a text short, and harmless to print and to publish.
 */
export function readSpans(
  resources: readonly unknown[],
  isWanted: (traceId: string) => boolean,
  clean: (text: string) => string,
): ReadonlyMap<string, ReadTrace> {
  const traces = new Map<string, { spans: ShownSpan[]; leftOut: number }>()
  for (const resource of resources) {
    const process = processOf(fieldOf(resource, 'resource'), clean)
    for (const scope of listOf(resource, 'scopeSpans')) {
      for (const item of listOf(scope, 'spans')) {
        const traceId = idOf(fieldOf(item, 'traceId'), TRACE_ID)
        if (traceId === null || !isWanted(traceId)) continue
        const trace = traces.get(traceId) ?? { spans: [], leftOut: 0 }
        traces.set(traceId, trace)
        const isFull = trace.spans.length >= MAX_SPANS_PER_TRACE
        const span = isFull ? null : spanOf(item, process, clean)
        if (span === null) trace.leftOut += 1
        else trace.spans.push(span)
      }
    }
  }
  return traces
}

const TRACE_ID = /^[\da-f]{32}$/
const SPAN_ID = /^[\da-f]{16}$/

function spanOf(item: unknown, process: string, clean: (text: string) => string): ShownSpan | null {
  const spanId = idOf(fieldOf(item, 'spanId'), SPAN_ID)
  const startNs = nanosOf(fieldOf(item, 'startTimeUnixNano'))
  const endNs = nanosOf(fieldOf(item, 'endTimeUnixNano'))
  const name = fieldOf(item, 'name')
  if (spanId === null || startNs === null || endNs === null || typeof name !== 'string') return null
  const status = fieldOf(item, 'status')
  const message = fieldOf(status, 'message')
  return {
    spanId,
    parentSpanId: idOf(fieldOf(item, 'parentSpanId'), SPAN_ID),
    name: clean(name),
    kind: kindOf(fieldOf(item, 'kind')),
    process,
    startNs,
    // Clocks may be set while a span runs.
    endNs: endNs < startNs ? startNs : endNs,
    attributes: attributesOf(item, clean),
    error: isError(fieldOf(status, 'code'))
      ? typeof message === 'string'
        ? clean(message)
        : ''
      : null,
  }
}

/** In JSON, OTLP has enumerations as numbers; other writers of protobuf have their names. */
const KINDS = new Map<unknown, SpanKind>(
  (['internal', 'server', 'client', 'producer', 'consumer'] as const).flatMap(
    (kind, at): readonly (readonly [number | string, SpanKind])[] => [
      [at + 1, kind],
      [`SPAN_KIND_${kind.toUpperCase()}`, kind],
    ],
  ),
)

function kindOf(value: unknown): SpanKind {
  return KINDS.get(value) ?? 'internal'
}

function isError(code: unknown): boolean {
  return code === 2 || code === 'STATUS_CODE_ERROR'
}

function processOf(resource: unknown, clean: (text: string) => string): string {
  const attributes = attributesOf(resource, clean)
  const name = attributes.get('service.name') ?? ''
  if (name !== '') return name
  const pid = attributes.get('process.pid') ?? ''
  return pid === '' ? '' : `process ${pid}`
}

function attributesOf(item: unknown, clean: (text: string) => string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>()
  for (const attribute of listOf(item, 'attributes').slice(0, MAX_ATTRIBUTES)) {
    const key = fieldOf(attribute, 'key')
    const text = valueText(fieldOf(attribute, 'value'))
    if (typeof key === 'string' && text !== null) attributes.set(clean(key), clean(text))
  }
  return attributes
}

const MAX_ITEMS = 8

/** A value as text; `null` for nested and unknown ones. */
function valueText(value: unknown): string | null {
  for (const kind of ['stringValue', 'intValue', 'doubleValue', 'boolValue'] as const) {
    const plain = fieldOf(value, kind)
    if (typeof plain === 'string') return plain
    if (typeof plain === 'number' || typeof plain === 'boolean') return String(plain)
  }
  const items = fieldOf(fieldOf(value, 'arrayValue'), 'values')
  if (!Array.isArray(items)) return null
  const texts = items.slice(0, MAX_ITEMS).map((item: unknown) => {
    const text = fieldOf(item, 'stringValue') ?? fieldOf(item, 'intValue')
    return typeof text === 'string' || typeof text === 'number' ? String(text).slice(0, 300) : '…'
  })
  return `${texts.join(', ')}${items.length > MAX_ITEMS ? ', …' : ''}`
}

function idOf(value: unknown, pattern: RegExp): string | null {
  // A longer text is not made lower-case first.
  if (typeof value !== 'string' || value.length > 32) return null
  const id = value.toLowerCase()
  return pattern.test(id) ? id : null
}

/** The largest fixed64, at which OTLP ends. */
const MAX_NANOS = 2n ** 64n - 1n

function nanosOf(value: unknown): bigint | null {
  const isText = typeof value === 'string' && /^\d{1,20}$/.test(value)
  const isNumber = typeof value === 'number' && Number.isInteger(value) && value >= 0
  if (!isText && !isNumber) return null
  const nanos = BigInt(value)
  return nanos > MAX_NANOS ? null : nanos
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list = fieldOf(value, key)
  return Array.isArray(list) ? list : []
}

/** A field of parsed JSON; never one that JavaScript's objects inherit. */
function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return value[key as keyof typeof value]
}
