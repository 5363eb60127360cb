import { dirname } from 'node:path'
import { redactedRun } from '../../run-file/printable-run.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { resultsFolderError } from '../../run-file/write/results-folder.ts'
import { writeWholeFile } from '../../run-file/write/whole-files.ts'
import { readPageAssets, type PageAssets } from './page-assets.ts'
import { renderPage } from './page.ts'
import { runPage } from './run/run-page.ts'
import { slowestTraceIds } from './run/slowest/page-traces.ts'
import { tracesPathOf } from '../../run-file/traces-path.ts'
import { readTracesFile, type TracesOfRun } from '../slowest/read-traces-file.ts'

/** Where the report of a run is: beside its run file. */
export function pagePathOf(runFile: string): string {
  return `${runFile.replace(/\.json$/, '')}.html`
}

/** Writes the report of a run. Whatever keeps it from doing so is a note: the measurement is safe. */
export class RunPageWriter {
  readonly #assets: PageAssets | null
  #problem: string | null

  private constructor(assets: PageAssets | null, problem: string | null) {
    this.#assets = assets
    this.#problem = problem
  }

  /** Reads what every page needs. Call it before anything is measured. */
  static async open(): Promise<RunPageWriter> {
    try {
      return new RunPageWriter(await readPageAssets(), null)
    } catch (error) {
      return new RunPageWriter(null, `The report is not written: ${messageOf(error)}`)
    }
  }

  /** Why the last report was not written, or can't be; `null` if all is well. */
  get problem(): string | null {
    return this.#problem
  }

  /**
   * Writes the report, or replaces an earlier one. Synchronous, so that an exiting process can still call it.
   * Addresses in any text lose their secrets. The traces of the slowest requests come from the file beside it.
   * @returns whether it was written; if not, `problem` says why.
   */
  write(path: string, run: RunFile): boolean {
    if (this.#assets === null) return false
    try {
      const text = renderPage(runPage(redactedRun(run), tracesBeside(path, run)), this.#assets)
      writeWholeFile(path, text)
      this.#problem = null
      return true
    } catch (error) {
      const reason = isOfFileSystem(error)
        ? resultsFolderError(dirname(path), error).message
        : messageOf(error)
      this.#problem = `The report is not written: ${reason}`
      return false
    }
  }
}

function tracesBeside(page: string, run: RunFile): TracesOfRun | null {
  const ids = slowestTraceIds(run)
  return ids.length === 0
    ? null
    : readTracesFile(tracesPathOf(page.replace(/\.html$/, '.json')), ids)
}

function isOfFileSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
