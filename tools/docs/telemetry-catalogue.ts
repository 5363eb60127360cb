import { expect } from 'vitest'
import { PAUSE, RECEIVERS_PAUSE, WAIT } from '../../src/traces/waterfall/part-of-span.ts'
import { prometheusName } from '../../src/telemetry-sdk/prometheus-names.ts'

/** A metric as a page describes it. */
export interface CataloguedMetric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly unit: string
  readonly attributes: readonly string[]
}

const TYPES = ['counter', 'gauge', 'histogram'] as const

/** The metrics of a page's tables: rows of name, type, unit, attributes and meaning. */
export function cataloguedMetrics(markdown: string): readonly CataloguedMetric[] {
  return markdown.split('\n').flatMap((line): readonly CataloguedMetric[] => {
    const [, name, typeText, unit, attributes] = line.split('|').map((cell) => cell.trim())
    const type = TYPES.find((known) => known === typeText)
    if (name === undefined || type === undefined || !/^`[a-z_.]+`$/.test(name)) return []
    return [
      {
        name: name.replaceAll('`', ''),
        type,
        unit: (unit ?? '').replaceAll('`', ''),
        attributes: [...(attributes ?? '').matchAll(/`([^`]+)`/g)].map(([, key = '']) => key),
      },
    ]
  })
}

/** The names of a metric's series in Prometheus. */
export function seriesOf({ name, type, unit }: CataloguedMetric): readonly string[] {
  const whole = prometheusName(name, unit)
  switch (type) {
    case 'counter':
      return [`${whole}_total`]
    case 'gauge':
      return [whole]
    case 'histogram':
      return [`${whole}_bucket`, `${whole}_sum`, `${whole}_count`]
  }
}

/** A span as a page describes it. */
export interface CataloguedSpan {
  /** Whether a load makes it; otherwise, the registry does. */
  readonly isOfLoad: boolean
  /** Such as `EVALSHA <script>`. */
  readonly name: string
  /** Matches name and kind, such as `EVALSHA read_log client`. */
  readonly pattern: RegExp
}

/** The spans of a page's tables: rows of names, kind, times and attributes. `.move` after `registry.register` is short. */
export function cataloguedSpans(markdown: string): readonly CataloguedSpan[] {
  return markdown.split('\n').flatMap((line): readonly CataloguedSpan[] => {
    const [, names = '', kind = ''] = line.split('|').map((cell) => cell.trim())
    if (!/^(?:internal|client|producer|consumer)$/.test(kind)) return []
    return [...names.matchAll(/`([^`]+)`/g)].map(([, written = '']) => {
      const name = written.startsWith('.') ? `registry${written}` : written
      const text = name.replaceAll('.', '\\.').replaceAll(/<\w+>/g, '\\S+')
      const isOfLoad =
        written === 'request <operation>' || [WAIT, PAUSE, RECEIVERS_PAUSE].includes(written)
      return { name, isOfLoad, pattern: new RegExp(`^${text} ${kind}$`) }
    })
  })
}

/**
 * Fails unless each span is in the catalogue, and each of the catalogue was seen.
 * @param seen names and kinds, such as `EVALSHA read_log client`.
 */
export function expectSpans(seen: readonly string[], documented: readonly CataloguedSpan[]): void {
  const unknown = [...new Set(seen)].filter(
    (span) => !documented.some(({ pattern }) => pattern.test(span)),
  )
  const missing = documented.filter(({ pattern }) => !seen.some((span) => pattern.test(span)))
  expect({ unknown, missing: missing.map(({ name }) => name) }).toEqual({
    unknown: [],
    missing: [],
  })
}
