import { counted, formatCount } from '../format.ts'
import { redactUrls } from '../environment/redact-url.ts'
import type { LoadResultJson } from '../run-file/schema/load-result-schema.ts'
import { left, renderTable, right } from './terminal/table.ts'

/** A kind of failure of one operation, its count, and a sample message. */
export interface Failure {
  readonly operation: string
  readonly kind: string
  readonly count: number
  readonly sample: string
}

/**
 * The failures of a load, one entry per operation and kind.
 * @param operations those to look at.
 */
export function failuresOf(
  result: LoadResultJson,
  operations = result.operations,
): readonly Failure[] {
  const { timeoutMs, maxInFlight, gracePeriodMs } = result.limits
  const { most } = result.health.ranOn
  const ranOn = most === 0 ? '' : `; up to ${formatCount(most)} ran on after they had been given up`
  return operations
    .flatMap(({ name: operation, counts, errors }): readonly Failure[] => [
      ...errors.map(({ code, count, sample }) => ({
        operation,
        kind: code,
        count,
        sample: redactUrls(sample).replaceAll(/\s+/g, ' '),
      })),
      {
        operation,
        kind: 'timed out',
        count: counts.timedOut,
        sample: `no answer within ${timeoutMs / 1_000} s`,
      },
      {
        operation,
        kind: 'dropped',
        count: counts.dropped,
        sample: `due while ${counted(maxInFlight, 'other')} ran${ranOn}`,
      },
      {
        operation,
        kind: 'unfinished',
        count: counts.unfinished,
        sample: `neither answered nor timed out ${gracePeriodMs / 1_000} s after the end`,
      },
    ])
    .filter(({ count }) => count > 0)
}

/** The failures of a load as a table for a terminal. */
export function renderFailures(result: LoadResultJson): string {
  const { atEnd } = result.health.ranOn
  const failures = failuresOf(result)
  if (failures.length === 0) return '  failures: none'
  const table = renderTable(
    [left('failures of'), left('kind'), right('count'), left('such as', { below: true })],
    failures.map(({ operation, kind, count, sample }) => [
      operation,
      kind,
      formatCount(count),
      sample,
    ]),
  )
  if (atEnd === 0) return table
  const ranOnAtEnd = `requests given up: ${formatCount(atEnd)} still ran at the end; do they pass on \`request.signal\`?`
  return `${table}\n  ${ranOnAtEnd}`
}
