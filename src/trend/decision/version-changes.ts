import type { HistoryRow } from '../../run-file/history/history.ts'

/** What may explain a step although a series goes on: versions that differ from the run before. */
export interface VersionChange {
  /** Of the first run with the new versions. */
  readonly index: number
  /** `Node 24.20.0 → 24.21.0, kernel …` */
  readonly text: string
}

/**
 * Where versions changed that don't end a series: the patches of kernel, Node, servers and their
 * clients, and the servers' configuration. What a row doesn't say is no change.
 * @param rows of one series, in order.
 */
export function versionChanges(rows: readonly HistoryRow[]): readonly VersionChange[] {
  return rows.flatMap((row, index) => {
    const before = rows[index - 1]
    if (before === undefined) return []
    const changed = SHOWN.flatMap(({ label, column }) => {
      const [was, is] = [before[column], row[column]]
      return was === is || was === '' || is === '' ? [] : [`${label} ${was} → ${is}`]
    })
    return changed.length === 0 ? [] : [{ index, text: changed.join(', ') }]
  })
}

const SHOWN = [
  { label: 'Node', column: 'nodeVersion' },
  { label: 'kernel', column: 'kernel' },
  { label: 'Redis', column: 'redisVersion' },
  { label: 'NATS', column: 'natsVersion' },
  { label: 'ioredis', column: 'redisClientVersion' },
  { label: '@nats-io/transport-node', column: 'natsClientVersion' },
  { label: 'server configuration', column: 'serverConfiguration' },
] as const
