import { dirname, resolve } from 'node:path'
import { readPageAssets } from '../../report/html/page-assets.ts'
import { renderPage, type Page } from '../../report/html/page.ts'
import { ensureWritableFolder } from '../../run-file/write/results-folder.ts'
import { writeOutput } from './write-output.ts'

/**
 * The file that `--html` names.
 * @param flag its value; `true` without one.
 * @param byDefault the file for `--html` without a name.
 */
export function pageFile(flag: string | true, byDefault: string): string {
  return resolve(flag === true ? byDefault : flag)
}

/**
 * Writes a page and prints its path on standard error, because reports are on standard output.
 * @throws InputError, ResultsFolderError if the file can't be written.
 */
export async function writePage(page: Page, path: string): Promise<void> {
  ensureWritableFolder(dirname(path))
  const text = renderPage(page, await readPageAssets())
  writeOutput(text, path, '--html')
  process.stderr.write(`page: ${path}\n`)
}
