/** One bound that a document puts on a load test. */
export type Expectation = {
  /** `null`: of all operations together. */
  readonly operation: string | null
} & (
  | { readonly kind: 'throughput'; readonly least: number; readonly most: number }
  | { readonly kind: 'success rate' | 'delivery rate'; readonly abovePercent: number }
  | {
      readonly kind: 'response time'
      readonly percentile: 'p50Ms' | 'p95Ms' | 'p99Ms'
      readonly belowMs: number
    }
)

/** What `~60 req/sec` leaves to either side. */
const ABOUT = 0.2

const OPERATION = /\b(register|enumerate|multicast)\b/i

/**
 * Reads an item such as `Throughput: 150-200 req/sec`, `P95 Latency: <10ms`, `Delivery rate: >98%`, or
 * `Register: ~60 req/sec, P95 <10ms`. A latency without a percentile is taken as P95.
 * @returns `null` if any part of it is something else.
 */
export function parseExpectation(item: string): readonly Expectation[] | null {
  const [label = '', ...rest] = item.split(':')
  const operation = OPERATION.exec(label)?.[1]?.toLowerCase() ?? null
  const parts = rest.join(':').split(',')
  const read = parts.map((part) => parsePart(label, part.trim(), operation))
  return read.includes(null) ? null : read.filter((bound) => bound !== null)
}

function parsePart(label: string, part: string, operation: string | null): Expectation | null {
  const [, least, most] = /^(\d+)-(\d+) \w+\/s(?:ec)?$/.exec(part) ?? []
  if (least !== undefined && most !== undefined) {
    return { kind: 'throughput', operation, least: Number(least), most: Number(most) }
  }
  const [, about] = /^~(\d+) \w+\/s(?:ec)?$/.exec(part) ?? []
  if (about !== undefined) {
    const [low, high] = [Number(about) * (1 - ABOUT), Number(about) * (1 + ABOUT)]
    return { kind: 'throughput', operation, least: low, most: high }
  }
  const [, percent] = /^> ?(\d+) ?%$/.exec(part) ?? []
  if (percent !== undefined) {
    const kind = /delivery/i.test(label) ? 'delivery rate' : 'success rate'
    return { kind, operation, abovePercent: Number(percent) }
  }
  const [, ms] = /< ?(\d+) ?ms\b/.exec(part) ?? []
  if (ms === undefined) return null
  const [, percentile = '95'] = /\bP(50|95|99)\b/i.exec(`${label} ${part}`) ?? []
  return {
    kind: 'response time',
    operation,
    percentile: `p${percentile as '50' | '95' | '99'}Ms`,
    belowMs: Number(ms),
  }
}
