import { basename } from 'node:path'
import { runPathsIn } from '../run-file/read/find-run.ts'
import { readHistory } from '../run-file/history/history-file.ts'
import { historyRows } from '../run-file/history/history-rows.ts'
import { type HistoryRow } from '../run-file/history/history-row.ts'
import { readRunFile, RunFileError } from '../run-file/read/read-run-file.ts'

/** The history in a folder of results. */
export interface TrendRows {
  readonly rows: readonly HistoryRow[]
  /** Why run files, and lines of the history, could not be read. */
  readonly unread: readonly string[]
}

/**
 * Reads all runs of a folder, from its history and its run files. A run that is in both counts once.
 * @param onProgress receives the number of run files read, and to be read.
 * @throws HistoryError if the history can't be read.
 */
export async function readTrendRows(
  folder: string,
  onProgress: (done: number, of: number) => void,
): Promise<TrendRows> {
  const history = readHistory(folder)
  // Rows of older versions lack service times; the run files have them.
  const whole = history.rows.filter(({ seriesKey }) => seriesKey !== null)
  const known = new Set(whole.map(({ runId }) => runId))
  // Their run files may have the missing rows.
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

/** A history concatenated from several may hold a run twice; the last row counts. */
function withoutRepeats(rows: readonly HistoryRow[]): readonly HistoryRow[] {
  const keyed = rows.map(
    (row) => [JSON.stringify([row.runId, row.scenario, row.operation]), row] as const,
  )
  return [...new Map(keyed).values()]
}
