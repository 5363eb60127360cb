import { medianOf } from '../../src/stats/quantile.ts'
import type { Storm } from './measure-storm.ts'

interface StormColumn {
  readonly title: string
  readonly meaning: string
  readonly unit: string
  readonly read: (storm: Storm) => number
}

/** The columns, in order. */
export const STORM_COLUMNS: readonly StormColumn[] = [
  {
    title: 'half answer',
    meaning: 'until half of the readers had an answer',
    unit: ' ms',
    read: ({ halfMs }) => halfMs,
  },
  {
    title: 'all answer',
    meaning: 'until all of them had one',
    unit: ' ms',
    read: ({ allMs }) => allMs,
  },
  {
    title: 'write P50',
    meaning: 'response time of a write meanwhile, median',
    unit: ' ms',
    read: ({ writeP50Ms }) => writeP50Ms,
  },
  {
    title: 'write P99',
    meaning: 'response time of a write meanwhile, 99th percentile',
    unit: ' ms',
    read: ({ writeP99Ms }) => writeP99Ms,
  },
  {
    title: 'CPU of Redis',
    meaning: 'CPU time of the server',
    unit: ' ms',
    read: ({ serverCpuMs }) => serverCpuMs,
  },
  {
    title: 'parts read',
    meaning: 'parts of the index that readers read',
    unit: '',
    read: ({ partsRead }) => partsRead,
  },
]

/** A Markdown table with a row per kind of storm: medians of the rounds. */
export function renderStorms(
  rows: readonly (readonly [name: string, rounds: readonly Storm[]])[],
): string {
  const lines = [
    ['readers', ...STORM_COLUMNS.map(({ title }) => title)],
    ['---', ...STORM_COLUMNS.map(() => '---:')],
    ...rows.map(([name, rounds]) => [
      name,
      ...STORM_COLUMNS.map(({ read, unit }) => `${medianOf(rounds.map(read)).toFixed(0)}${unit}`),
    ]),
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** A sentence with the median ratio of each figure over the rounds. */
export function ratiosOf(together: readonly Storm[], inTurns: readonly Storm[]): string {
  const ratios = STORM_COLUMNS.map(({ title, read }) => {
    const perRound = inTurns.map((storm, round) => {
      const other = together[round]
      return other === undefined || read(other) === 0 ? NaN : read(storm) / read(other)
    })
    return `${title} ${medianOf(perRound).toFixed(2)}`
  })
  return `Ratios of a few at a time to all together: ${ratios.join(', ')}.`
}
