import { partOfSpan } from './part-of-span.ts'
import type { ReadTrace } from './read-spans.ts'
import type { ShownSpan } from './shown-span.ts'
import { spanTree, type SpanNode } from './span-tree.ts'

/** A trace as rows of bars over time. */
export interface Waterfall {
  readonly rows: readonly WaterfallRow[]
  /** The end of the time axis, in ms since the request was due, > 0: bars beyond it are cut. */
  readonly axisMs: number
  /** Spans read. */
  readonly spans: number
  /** Rows that the waterfall has no room for. */
  readonly cutRows: number
  /** Spans of the trace that could not be read, or were too many. */
  readonly leftOut: number
}

/** A row: one span, or several siblings of one name, of which the row below is the slowest. */
export type WaterfallRow = SpanRow | GroupRow

interface RowPlace {
  readonly name: string
  /** Of `TracedRequest.parts`. */
  readonly part: string
  /** 0 for the request itself; deeper spans than `MAX_DEPTH` stand at it. */
  readonly depth: number
  /** Where the name of the process is not that of the row above it in the tree; `''` elsewhere. */
  readonly process: string
}

/** One span. Times are in ms since the request was due. */
export interface SpanRow extends RowPlace {
  readonly kind: 'span'
  readonly startMs: number
  readonly endMs: number
  readonly span: ShownSpan
}

/** Several siblings of one name. */
export interface GroupRow extends RowPlace {
  readonly kind: 'group'
  readonly count: number
  /** How many of them failed. */
  readonly failed: number
  /** When they ran, in order: in ms since the request was due; those that overlap are one. */
  readonly times: readonly { readonly startMs: number; readonly endMs: number }[]
  readonly startMs: number
  readonly endMs: number
}

export const MAX_DEPTH = 12

/** More siblings of one name become one row. */
const MAX_ALIKE = 3

/** The axis ends after this many times the request's own time, whatever ends later, such as handlers nobody waits for. */
const MAX_STRETCH = 10

/**
 * The rows of a trace, parents before their children and in order of time. Siblings of one name and part are one row if
 * they are more than three, followed by the slowest of them with the spans below it.
 * @param maxRows rows beyond are only counted.
 * @returns `null` for a trace without a valid span.
 */
export function waterfall({ spans, leftOut }: ReadTrace, maxRows: number): Waterfall | null {
  const root = spanTree(spans)
  if (root === null) return null
  const rows: WaterfallRow[] = []
  let cutRows = 0
  // A stack instead of recursion: a hostile trace may be as deep as it has spans.
  const stack: Item[] = [{ nodes: [root], depth: 0, process: '' }]
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { nodes, process } = item
    const depth = Math.min(item.depth, MAX_DEPTH)
    const [node] = nodes
    if (node === undefined) continue
    const row =
      nodes.length > 1 ? groupRow(node, nodes, depth, process) : spanRow(node, depth, process)
    if (rows.length < maxRows) rows.push(row)
    else cutRows += 1
    const below: readonly Item[] =
      nodes.length > 1
        ? [{ nodes: [slowest(nodes)], depth: item.depth + 1, process }]
        : alike(node.children).map((children) => ({
            nodes: children,
            depth: item.depth + 1,
            process: node.span.process,
          }))
    stack.push(...below.toReversed())
  }
  return { rows, axisMs: axisOf(root), spans: spans.length, cutRows, leftOut }
}

/** A row to come. */
interface Item {
  readonly nodes: readonly SpanNode[]
  readonly depth: number
  /** Of the span above it. */
  readonly process: string
}

/** Siblings by name and part, in order of their first start: each alone, unless they are many. */
function alike(siblings: readonly SpanNode[]): readonly (readonly SpanNode[])[] {
  const groups = Map.groupBy(siblings, ({ span }) => `${partOfSpan(span)} ${span.name}`)
  return [...groups.values()]
    .flatMap((group) => (group.length > MAX_ALIKE ? [group] : group.map((node) => [node])))
    .toSorted((a, b) => (a[0]?.startMs ?? 0) - (b[0]?.startMs ?? 0))
}

/** With everything below it, because a message is sent quickly even if its handler takes long. */
function slowest(nodes: readonly SpanNode[]): SpanNode {
  return nodes.reduce((most, node) =>
    node.lastEndMs - node.startMs > most.lastEndMs - most.startMs ? node : most,
  )
}

function spanRow(node: SpanNode, depth: number, above: string): SpanRow {
  const { span, startMs, endMs } = node
  return { kind: 'span', ...placeOf(span, depth, above), startMs, endMs, span }
}

function groupRow(
  first: SpanNode,
  nodes: readonly SpanNode[],
  depth: number,
  above: string,
): GroupRow {
  const times: { startMs: number; endMs: number }[] = []
  for (const { startMs, endMs } of nodes) {
    const last = times.at(-1)
    if (last !== undefined && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs)
    else times.push({ startMs, endMs })
  }
  return {
    kind: 'group',
    ...placeOf(first.span, depth, above),
    count: nodes.length,
    failed: nodes.filter(({ span }) => span.error !== null).length,
    times,
    startMs: first.startMs,
    endMs: times.at(-1)?.endMs ?? first.endMs,
  }
}

function placeOf(span: ShownSpan, depth: number, above: string): RowPlace {
  const process = span.process === above ? '' : span.process
  return { name: span.name, part: partOfSpan(span), depth, process }
}

/** A round number at which all of a request's bars end, if its time isn't a small part of that. */
function axisOf({ endMs, lastEndMs }: SpanNode): number {
  const own = Math.max(endMs, 0.001)
  const end = Math.min(Math.max(own, lastEndMs), own * MAX_STRETCH)
  const scale = 10 ** Math.floor(Math.log10(end))
  const step = ROUND.find((round) => round * scale >= end) ?? 10
  return step * scale
}

/** Quarters of them are round, too. */
const ROUND = [1, 1.2, 1.6, 2, 2.4, 2.8, 3.2, 3.6, 4, 4.8, 5.6, 6, 6.4, 7.2, 8, 9, 10] as const
