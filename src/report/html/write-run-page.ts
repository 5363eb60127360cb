import { dirname, join } from 'node:path'
import type { RunFile } from '../../run-file/run-file.ts'
import { resultsFolderError } from '../../run-file/write/results-folder.ts'
import { writeWholeFile } from '../../run-file/write/whole-files.ts'
import { withoutSecrets } from '../../run-file/write/write-run-file.ts'
import type { PageAssets } from './page-assets.ts'
import { renderPage } from './page.ts'
import { runPage } from './run/run-page.ts'

/** Where the report of a run is, beside its other files. */
export function pagePathOf(folder: string, { runId }: Pick<RunFile, 'runId'>): string {
  return join(folder, `${runId}.html`)
}

/**
 * Writes the report of a run, replacing an earlier one. Synchronous, so that an exiting process can still call it.
 * @returns why it could not be written; `null` if it was. The measurement is safe in any case.
 */
export function writeRunPage(path: string, run: RunFile, assets: PageAssets): string | null {
  const text = renderPage(runPage(withoutSecrets(run)), assets)
  try {
    writeWholeFile(path, text)
    return null
  } catch (error) {
    return `The report is not written. ${resultsFolderError(dirname(path), error).message}`
  }
}
