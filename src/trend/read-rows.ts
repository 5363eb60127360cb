import { basename } from 'node:path'
import { runPathsIn } from '../run-file/read/find-run.ts'
import { readHistory } from '../run-file/history/history-file.ts'
import { historyRows, type HistoryRow } from '../run-file/history/history.ts'
import { readRunFile, RunFileError } from '../run-file/read/read-run-file.ts'

/** What a folder knows of the past. */
export interface TrendRows {
  readonly rows: readonly HistoryRow[]
  /** Why run files, and lines of the history, are not among them. */
  readonly unread: readonly string[]
}

/**
 * All runs of a folder: those of its history, and those whose run files are there. A run that is in
 * both counts once.
 * @param onProgress told how many of the run files that have to be read were.
 * @throws HistoryError if there is a history that can't be read.
 */
export async function readTrendRows(
  folder: string,
  onProgress: (done: number, of: number) => void,
): Promise<TrendRows> {
  const history = readHistory(folder)
  // Rows of older versions lack service times, which the run file has.
  const whole = history.rows.filter(({ seriesKey }) => seriesKey !== null)
  const known = new Set(whole.map(({ runId }) => runId))
  // As it may have what is missing of others.
  for (const runId of history.incomplete) known.delete(runId)
  const paths = runPathsIn(folder).filter((path) => !known.has(basename(path, '.json')))
  const rows: HistoryRow[] = []
  const unread = [...history.unread]
  for (const [done, path] of paths.entries()) {
    onProgress(done, paths.length)
    try {
      const run = await readRunFile(path)
      if (!known.has(run.runId)) rows.push(...historyRows(run))
      known.add(run.runId)
    } catch (error) {
      if (!(error instanceof RunFileError)) throw error
      unread.push(error.message)
    }
  }
  onProgress(paths.length, paths.length)
  return { rows: withoutRepeats([...history.rows, ...rows]), unread }
}

/** A history that was put together from several may hold a run twice; the last of its rows counts. */
function withoutRepeats(rows: readonly HistoryRow[]): readonly HistoryRow[] {
  const keyed = rows.map(
    (row) => [JSON.stringify([row.runId, row.scenario, row.operation]), row] as const,
  )
  return [...new Map(keyed).values()]
}
