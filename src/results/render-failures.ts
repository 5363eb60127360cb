import { redactUrls } from '../environment/redact-url.ts'
import type { LoadResultJson } from './load-result-schema.ts'
import { renderTable } from './render-table.ts'

/** Each kind of failure once: how many, of which operation, and what the first of them said. */
export function renderFailures(result: LoadResultJson): string {
  const { timeoutMs, maxInFlight, gracePeriodMs } = result.limits
  const { most, atEnd } = result.health.ranOn
  const ranOn = most === 0 ? '' : `; up to ${most} ran on after they had been given up`
  const rows = result.operations.flatMap(({ name, counts, errors }) => [
    ...errors.map(({ code, count, sample }) => [name, code, count, redactUrls(sample)] as const),
    [name, 'timed out', counts.timedOut, `no answer within ${timeoutMs / 1_000} s`] as const,
    [name, 'dropped', counts.dropped, `due while ${maxInFlight} others ran${ranOn}`] as const,
    [
      name,
      'unfinished',
      counts.unfinished,
      `neither answered nor timed out ${gracePeriodMs / 1_000} s after the end`,
    ] as const,
  ])
  const failures = rows.filter(([, , count]) => count > 0)
  if (failures.length === 0) return '  failures: none'
  const table = renderTable(
    [
      { heading: 'failures of', align: 'left' },
      { heading: 'kind', align: 'left' },
      { heading: 'count', align: 'right' },
      { heading: 'such as', align: 'left' },
    ],
    failures.map(([name, kind, count, sample]) => [
      name,
      kind,
      count.toLocaleString('en-US'),
      sample.replaceAll(/\s+/g, ' '),
    ]),
  )
  if (atEnd === 0) return table
  const ranOnAtEnd = `requests given up: ${atEnd} still ran at the end; do they pass on \`request.signal\`?`
  return `${table}\n  ${ranOnAtEnd}`
}
