import type { Attributes, Link, SpanContext } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { cutOff } from '../load/short-text.ts'
import { otlpAttributes, type OtlpAttribute } from './otlp-value.ts'
import { unixNanos, type SpanAnchor, type SpanTimes } from './span-clock.ts'

/**
 * A span as plain data, in the form of OTLP/JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), so that
 * it can be sent to another process and written as it is.
 */
export interface OtlpSpan {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  readonly traceState?: string
  /** Absent for a root. */
  readonly parentSpanId?: string
  readonly name: string
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  /** Unix time in ns. */
  readonly startTimeUnixNano: string
  /** Unix time in ns, at least `startTimeUnixNano`. */
  readonly endTimeUnixNano: string
  readonly attributes: readonly OtlpAttribute[]
  readonly droppedAttributesCount: number
  readonly events: readonly OtlpEvent[]
  readonly droppedEventsCount: number
  readonly links: readonly OtlpLink[]
  readonly droppedLinksCount: number
  /** 0 unset, 1 OK, 2 error. */
  readonly status: { readonly code: number; readonly message?: string }
  /** W3C trace flags, and whether the parent is of another process. */
  readonly flags: number
}

/** Something that happened at one time of a span. */
export interface OtlpEvent {
  readonly name: string
  readonly timeUnixNano: string
  readonly attributes: readonly OtlpAttribute[]
  readonly droppedAttributesCount: number
}

/** Another span that a span refers to. */
export interface OtlpLink {
  readonly traceId: string
  readonly spanId: string
  readonly traceState?: string
  readonly attributes: readonly OtlpAttribute[]
  readonly droppedAttributesCount: number
  readonly flags: number
}

/** A span and the library that recorded it. */
export interface RecordedSpan {
  /** Name of the instrumentation scope, such as `prism-loadtest`. */
  readonly scope: string
  readonly span: OtlpSpan
}

/** The process that recorded a span: attributes `service.name` and `process.pid` of its resource. */
export interface TracedProcess {
  readonly name: string
  readonly pid: number
}

/** Longer texts are cut, in UTF-16 units. */
export const MAX_TEXT = 1_000

/**
 * A span as data.
 * @param clean makes a text harmless to publish; user names and passwords of addresses, for instance, are to be removed.
 * @returns `null` for a span that is not valid, such as one that links to nothing: any code of the process may make spans.
 */
export function recordOf(
  span: ReadableSpan,
  times: SpanTimes,
  anchorMs: SpanAnchor,
  clean: (text: string) => string,
): RecordedSpan | null {
  const short = (text: unknown): string => cutOff(clean(withoutCutAddress(String(text))), MAX_TEXT)
  try {
    return {
      scope: short(span.instrumentationScope.name),
      span: otlpSpanOf(span, times, anchorMs, short),
    }
  } catch {
    return null
  }
}

/** Without an address that the SDK's limit may have cut in its password, which nothing would recognize then. */
function withoutCutAddress(text: string): string {
  const isCut = text.length === MAX_TEXT
  return isCut ? text.replace(/:\/\/\S*$/, '://…') : text
}

function otlpSpanOf(
  span: ReadableSpan,
  { startMs, endMs }: SpanTimes,
  anchorMs: SpanAnchor,
  short: (text: string) => string,
): OtlpSpan {
  const own = span.spanContext()
  const parent = span.parentSpanContext
  const { code, message } = span.status
  return {
    ...idsOf(own, short),
    ...(parent === undefined ? {} : { parentSpanId: parent.spanId }),
    name: short(span.name),
    kind: span.kind + 1,
    startTimeUnixNano: unixNanos(anchorMs, startMs),
    endTimeUnixNano: unixNanos(anchorMs, endMs),
    attributes: otlpAttributes(span.attributes, short),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map(({ name, time, attributes, droppedAttributesCount = 0 }) => ({
      name: short(name),
      // As far from the span's start as the SDK has it.
      timeUnixNano: unixNanos(anchorMs, startMs + msBetween(span.startTime, time)),
      ...attributesOf(attributes, droppedAttributesCount, short),
    })),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links.map((link) => otlpLinkOf(link, short)),
    droppedLinksCount: span.droppedLinksCount,
    status: { code, ...(message === undefined ? {} : { message: short(message) }) },
    flags: flagsOf(own, parent),
  }
}

function otlpLinkOf(
  { context, attributes, droppedAttributesCount = 0 }: Link,
  short: (text: string) => string,
): OtlpLink {
  return {
    ...idsOf(context, short),
    ...attributesOf(attributes, droppedAttributesCount, short),
    flags: flagsOf(context, context),
  }
}

function attributesOf(
  attributes: Attributes | undefined,
  droppedAttributesCount: number,
  short: (text: string) => string,
) {
  return { attributes: otlpAttributes(attributes ?? {}, short), droppedAttributesCount }
}

function idsOf({ traceId, spanId, traceState }: SpanContext, short: (text: string) => string) {
  return {
    traceId,
    spanId,
    ...(traceState === undefined ? {} : { traceState: short(traceState.serialize()) }),
  }
}

/** `SpanFlags` of OTLP: whether it is known where the other span is, and whether that is another process. */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

function flagsOf({ traceFlags }: SpanContext, other: SpanContext | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (other?.isRemote === true ? IS_REMOTE : 0)
}

function msBetween(from: readonly [number, number], to: readonly [number, number]): number {
  return (to[0] - from[0]) * 1e3 + (to[1] - from[1]) / 1e6
}
