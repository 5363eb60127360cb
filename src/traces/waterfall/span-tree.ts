import type { ShownSpan } from './shown-span.ts'

/** A span with its children, in order of their starts. Times are in ms since the request was due. */
export interface SpanNode {
  readonly span: ShownSpan
  /** Negative if it started before its request was due. */
  readonly startMs: number
  readonly endMs: number
  /** When the last span below it ended, or it itself. */
  readonly lastEndMs: number
  readonly children: readonly SpanNode[]
}

/**
 * The spans of a trace below its request, whatever they say of each other: a span whose parent is missing, and one span of
 * each cycle of parents, stands directly below the request. Of spans with one ID, the first is kept.
 * @returns `null` without spans.
 */
export function spanTree(spans: readonly ShownSpan[]): SpanNode | null {
  const byId = new Map<string, ShownSpan>()
  for (const span of spans) if (!byId.has(span.spanId)) byId.set(span.spanId, span)
  const ordered = [...byId.values()].toSorted(byStart)
  const [earliest] = ordered
  if (earliest === undefined) return null
  const root = ordered.find(({ parentSpanId }) => parentSpanId === null) ?? earliest
  const childrenOf = new Map<string, ShownSpan[]>()
  for (const span of ordered) {
    if (span === root) continue
    const parent = parentOf(span, byId) ?? root
    const siblings = childrenOf.get(parent.spanId)
    if (siblings === undefined) childrenOf.set(parent.spanId, [span])
    else siblings.push(span)
  }
  const found = reached(root, childrenOf)
  for (const span of ordered) {
    if (found.has(span)) continue
    // Only spans of a cycle, and those below one, are unreachable: this one is taken out of its place in it.
    const parent = parentOf(span, byId) ?? root
    const siblings = childrenOf.get(parent.spanId) ?? []
    childrenOf.set(
      parent.spanId,
      siblings.filter((other) => other !== span),
    )
    childrenOf.set(root.spanId, [...(childrenOf.get(root.spanId) ?? []), span])
    for (const below of reached(span, childrenOf)) found.add(below)
  }
  return nodeOf(root, [...found], childrenOf)
}

function byStart(a: ShownSpan, b: ShownSpan): number {
  return a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0
}

function parentOf(span: ShownSpan, byId: ReadonlyMap<string, ShownSpan>): ShownSpan | undefined {
  const parent = span.parentSpanId === null ? undefined : byId.get(span.parentSpanId)
  return parent === span ? undefined : parent
}

/** All spans at and below one; parents precede their children. */
function reached(
  from: ShownSpan,
  childrenOf: ReadonlyMap<string, readonly ShownSpan[]>,
): Set<ShownSpan> {
  const found = new Set([from])
  for (const span of found) {
    for (const child of childrenOf.get(span.spanId) ?? []) found.add(child)
  }
  return found
}

/** Without recursion, because a hostile trace may be as deep as it has spans. */
function nodeOf(
  root: ShownSpan,
  parentsFirst: readonly ShownSpan[],
  childrenOf: ReadonlyMap<string, readonly ShownSpan[]>,
): SpanNode | null {
  const since = (ns: bigint): number => Number(ns - root.startNs) / 1e6
  const nodes = new Map<ShownSpan, SpanNode>()
  for (const span of parentsFirst.toReversed()) {
    const children = (childrenOf.get(span.spanId) ?? [])
      .toSorted(byStart)
      .flatMap((child) => nodes.get(child) ?? [])
    const endMs = since(span.endNs)
    nodes.set(span, {
      span,
      startMs: since(span.startNs),
      endMs,
      lastEndMs: children.reduce((end, child) => Math.max(end, child.lastEndMs), endMs),
      children,
    })
  }
  return nodes.get(root) ?? null
}
