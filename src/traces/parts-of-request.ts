import type { RequestPart } from '../load/tracing/traced-request.ts'
import { breakDown, RANK, type Claim } from './breakdown.ts'
import { PAUSE, partOfSpan, RECEIVERS_PAUSE, REPLICA_WAIT, WAIT } from './waterfall/part-of-span.ts'
import type { ShownSpan } from './waterfall/shown-span.ts'
import { GENERATOR } from './written-traces.ts'

/**
 * Where a request's time went, by its spans.
 * @param dueNs when it was due, in Unix ns by the clock of the spans.
 * @param responseMs from then to its end.
 */
export function partsOfRequest(
  spans: readonly ShownSpan[],
  dueNs: bigint,
  responseMs: number,
): readonly RequestPart[] {
  return breakDown(
    0,
    responseMs,
    spans.flatMap((span) => claimOf(span, dueNs)),
  )
}

/**
 * Whether the spans of all processes that handled a request's messages are known: whoever got a message has a span
 * below the one of its sending. A message that was refused reached no handler.
 */
export function areHandlersKnown(spans: readonly ShownSpan[]): boolean {
  const handled = new Set(
    spans.flatMap(({ kind, parentSpanId }) => (kind === 'consumer' ? [parentSpanId] : [])),
  )
  return spans.every(
    ({ kind, spanId, attributes }) =>
      kind !== 'producer' || handled.has(spanId) || attributes.get('error.type') === 'REFUSED',
  )
}

function claimOf(span: ShownSpan, dueNs: bigint): readonly Claim[] {
  const rank = rankOf(span)
  if (rank === null) return []
  const times = { fromMs: msSince(dueNs, span.startNs), toMs: msSince(dueNs, span.endNs) }
  return [{ part: partOfSpan(span), rank, ...times }]
}

/** `null`: a span that only holds others claims no time. */
function rankOf({ kind, name, process: place }: ShownSpan): number | null {
  switch (kind) {
    case 'consumer':
      return place === GENERATOR.name ? RANK.handlers : RANK.handlersElsewhere
    case 'producer':
      return RANK.messaging
    case 'client':
      return RANK.client
    case 'internal':
    case 'server':
      return RANKS_BY_NAME.get(name) ?? null
  }
}

const RANKS_BY_NAME: ReadonlyMap<string, number> = new Map([
  [WAIT, RANK.generator],
  [PAUSE, RANK.pause],
  [REPLICA_WAIT, RANK.replica],
  [RECEIVERS_PAUSE, RANK.receivers],
])

function msSince(dueNs: bigint, timeNs: bigint): number {
  return Number(timeNs - dueNs) / 1e6
}
