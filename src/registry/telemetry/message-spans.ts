import {
  type Context,
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import { endWithError } from './operation.ts'
import { readTrace } from './trace-headers.ts'

/** A message to a gateway. */
export interface GatewayMessageFacts {
  readonly subject: string
  readonly id: string
  readonly recipients: number
  /** Whether JetStream keeps it for a durable gateway. */
  readonly isStored?: boolean
  /** Whether it was delivered before. */
  readonly isRedelivered?: boolean
}

/** Maximum number of spans of messages per multicast; further messages carry the multicast's own context. */
const MAX_SPANS = 256

/** The spans of one multicast's messages to gateways, from publication to receipt. */
export class MessageSpans {
  /** The trace that the multicast belongs to. */
  readonly context: SpanContext
  readonly #tracer: Tracer
  readonly #parent: Context
  readonly #isRecording: boolean
  readonly #open = new Set<Span>()
  #count = 0

  constructor(tracer: Tracer, parent: Context, span: Span) {
    this.#tracer = tracer
    this.#parent = parent
    this.context = span.spanContext()
    this.#isRecording = span.isRecording()
  }

  /** Begins the span of a message; `null` if it gets none. */
  begin({ subject, id, recipients, isStored = false }: GatewayMessageFacts): Span | null {
    if (!this.#isRecording || this.#count >= MAX_SPANS) return null
    this.#count += 1
    const attributes = {
      ...attributesOf('send', subject, id),
      'multicast_registry.recipients': recipients,
    }
    const span = this.#tracer.startSpan(
      `send ${isStored ? 'stored' : 'gateway'} message`,
      { kind: SpanKind.PRODUCER, attributes },
      this.#parent,
    )
    this.#open.add(span)
    return span
  }

  /** Ends the span of a message. @param errorType `null` for a receipt. */
  end(span: Span, errorType: string | null): void {
    if (!this.#open.delete(span)) return
    if (errorType === null) span.end()
    else endWithError(span, errorType)
  }

  /** Ends the spans of messages whose answers nobody waits for any more. @param errorType `null` if none was needed. */
  endAll(errorType: string | null): void {
    for (const span of this.#open) this.end(span, errorType)
  }
}

/** The spans of the messages that the active span's multicast sends; `null` if it is in no trace. */
export function messageSpans(tracer: Tracer): MessageSpans | null {
  const active = context.active()
  const span = trace.getSpan(active)
  if (span === undefined || !isSpanContextValid(span.spanContext())) return null
  return new MessageSpans(tracer, active, span)
}

/** The context that received headers carry; one without a trace if they carry none. */
export function receivedContext(headers: { get(name: string): string }): Context {
  const read = readTrace(headers)
  return read === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, read)
}

/** Begins the span of handling a message: child of its sender's, and linked to it; `null` without a sender's. */
export function beginProcessing(
  tracer: Tracer,
  received: Context,
  { subject, id, recipients, isStored = false, isRedelivered = false }: GatewayMessageFacts,
): Span | null {
  const sender = trace.getSpanContext(received)
  if (sender === undefined) return null
  const attributes = {
    ...attributesOf('process', subject, id),
    'multicast_registry.recipients': recipients,
    ...(isRedelivered ? { 'multicast_registry.redelivered': true } : {}),
  }
  const links = [{ context: sender }]
  const kind = SpanKind.CONSUMER
  const name = `process ${isStored ? 'stored' : 'gateway'} message`
  return tracer.startSpan(name, { kind, attributes, links }, received)
}

function attributesOf(type: 'send' | 'process', subject: string, id: string) {
  return {
    'messaging.system': 'nats',
    'messaging.operation.type': type,
    'messaging.operation.name': type,
    'messaging.destination.name': subject,
    'messaging.message.id': id,
  }
}
