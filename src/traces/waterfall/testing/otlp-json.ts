/** A span as OTLP/JSON has it, with times in ms since its request was due. */
export interface MadeSpan {
  readonly id: number
  readonly parent?: number
  readonly name: string
  /** 1 internal, 3 client, 4 producer, 5 consumer. */
  readonly kind?: number
  readonly fromMs: number
  readonly toMs: number
  readonly attributes?: Readonly<Record<string, string>>
  readonly error?: string
  readonly process?: string
}

const DUE_NS = 1_767_323_045_000_000_000n

/** A traces file's content: one trace of some spans. */
export function otlpJson(traces: Readonly<Record<string, readonly MadeSpan[]>>): {
  resourceSpans: unknown[]
} {
  return {
    resourceSpans: Object.entries(traces).flatMap(([traceId, spans]) =>
      [...Map.groupBy(spans, ({ process = 'generator' }) => process)].map(([process, own]) => ({
        resource: { attributes: attributesOf({ 'service.name': process }) },
        scopeSpans: [
          { scope: { name: 'test' }, spans: own.map((span) => spanJson(traceId, span)) },
        ],
      })),
    ),
  }
}

function spanJson(traceId: string, span: MadeSpan): unknown {
  const { id, parent, name, kind = 1, fromMs, toMs, attributes = {}, error } = span
  return {
    traceId,
    spanId: spanIdOf(id),
    ...(parent === undefined ? {} : { parentSpanId: spanIdOf(parent) }),
    name,
    kind,
    startTimeUnixNano: nanos(fromMs),
    endTimeUnixNano: nanos(toMs),
    attributes: attributesOf(attributes),
    status: error === undefined ? { code: 0 } : { code: 2, message: error },
  }
}

function spanIdOf(id: number): string {
  return id.toString(16).padStart(16, '0')
}

function nanos(ms: number): string {
  return String(DUE_NS + BigInt(Math.round(ms * 1e6)))
}

function attributesOf(attributes: Readonly<Record<string, string>>): unknown {
  return Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

/** A multicast to 48 gateways, of which one is slow, by a generator that started it 2 ms late. */
export const SLOW_MULTICAST: readonly MadeSpan[] = [
  { id: 1, name: 'request multicast', fromMs: 0, toMs: 41.3 },
  { id: 2, parent: 1, name: 'wait for generator', fromMs: 0, toMs: 2 },
  { id: 3, parent: 1, name: 'registry.multicast', fromMs: 2, toMs: 41.2 },
  {
    id: 4,
    parent: 3,
    name: 'XREAD',
    kind: 3,
    fromMs: 2.1,
    toMs: 8.6,
    attributes: {
      'db.system.name': 'redis',
      'db.operation.name': 'XREAD',
      'server.address': '127.0.0.1',
    },
  },
  ...Array.from({ length: 48 }, (_, gateway) => ({
    id: 100 + gateway,
    parent: 3,
    name: 'send gateway',
    kind: 4,
    fromMs: 8.7 + gateway * 0.1,
    toMs: 9.6 + gateway * 0.1,
    attributes: { 'messaging.system': 'nats', 'messaging.destination.name': `gw.${gateway}` },
  })),
  ...Array.from({ length: 48 }, (_, gateway) => ({
    id: 200 + gateway,
    parent: 100 + gateway,
    name: 'process gateway',
    kind: 5,
    fromMs: 10 + gateway * 0.1,
    toMs: gateway === 31 ? 41 : 16 + gateway * 0.1,
    process: 'receivers',
    ...(gateway === 5 ? { error: 'handler failed' } : {}),
  })),
]
