import { readFileSync, renameSync, rmSync } from 'node:fs'
import { appendWhole, createWholeFile, temporaryBeside } from '../write/whole-files.ts'

/**
 * Puts another header in place of a history's first line. Rows of older versions stay as they are, with
 * fewer cells. Of several processes that do so at the same time, or append, none loses a row of another:
 * each takes away the file that it finds, which only one can, and adds its rows to the one that is there.
 * @throws what the file system says
 */
export function upgradeHistory(path: string, header: string): void {
  const aside = temporaryBeside(path)
  try {
    renameSync(path, aside)
  } catch (error) {
    // Another process has taken it away, and is about to put it back.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  }
  const rows = readFileSync(aside, 'utf8').replace(/^[^\n]*\n?/, '')
  if (!createWholeFile(path, `${header}\n${rows}`) && rows !== '') appendWhole(path, rows)
  rmSync(aside)
}
