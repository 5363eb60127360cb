import type { HistoryRow } from '../../run-file/history/history-row.ts'

/** Versions that differ from the previous run's without ending the series; they may explain a step. */
export interface VersionChange {
  /** The first run with the new versions. */
  readonly index: number
  /** `Node 24.20.0 → 24.21.0, kernel …` */
  readonly text: string
}

/**
 * Finds changes of versions that don't end a series: patch versions of kernel, Node, servers and clients, and
 * the servers' configuration. A value missing from a row is not a change.
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
