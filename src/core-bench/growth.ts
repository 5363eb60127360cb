import { formatMs } from '../load/duration.ts'
import { renderTable, type Column } from '../results/render-table.ts'
import type { Samples } from './interleave.ts'
import { medianOf } from './statistics.ts'

/** A line an operation: its median time at each size, and the last by the first. */
export function renderGrowth(
  operations: readonly string[],
  sizes: readonly number[],
  sideName: (operation: string, size: number) => string,
  samples: Samples,
): string {
  const columns: Column[] = [
    { heading: 'median time by identities', align: 'left' },
    ...sizes.map((size): Column => ({ heading: size.toLocaleString('en'), align: 'right' })),
    { heading: 'last by first', align: 'right' },
  ]
  const rows = operations.map((operation) => {
    const medians = sizes.map((size) =>
      medianOf((samples.get(sideName(operation, size)) ?? []).map(({ ms }) => ms)),
    )
    const growth = (medians.at(-1) ?? Number.NaN) / (medians[0] ?? Number.NaN)
    return [operation, ...medians.map(formatMs), growth.toFixed(2)]
  })
  return renderTable(columns, rows)
}
