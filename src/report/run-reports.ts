import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { redactUrls } from '../environment/redact-url.ts'
import { InputError } from '../input-error.ts'
import { runJunit, type EndedRun } from './junit/run-junit.ts'
import { ensureWritableFolder, resultsFolderError } from '../run-file/write/results-folder.ts'
import { runMarkdown } from './markdown/run-markdown.ts'
import { StepSummary } from './markdown/step-summary.ts'
import { writeWholeFile } from '../run-file/write/whole-files.ts'
import { withoutSecrets } from '../run-file/write/without-secrets.ts'

/** The files that a run writes for CI, besides its run file. */
export class RunReports {
  readonly #junit: string | null
  readonly #summary: StepSummary | null

  private constructor(junit: string | null, summary: StepSummary | null) {
    this.#junit = junit
    this.#summary = summary
  }

  /**
   * Checks that they are writable, before anything is measured.
   * @param junit the JUnit file; `undefined`: none.
   * @throws ResultsFolderError, InputError
   */
  static open(junit: string | undefined, env: NodeJS.ProcessEnv): RunReports {
    if (junit !== undefined) {
      if (statSync(junit, { throwIfNoEntry: false })?.isDirectory() === true) {
        throw new InputError(`--junit: ${junit} is a folder. Name a file, such as junit.xml.`)
      }
      ensureWritableFolder(dirname(resolve(junit)))
    }
    return new RunReports(junit ?? null, StepSummary.open(env))
  }

  /**
   * Writes them. An unwritable summary is a note on standard error, because the run was measured.
   * @throws ResultsFolderError if the JUnit file is unwritable.
   */
  write({ run, others, ...ended }: EndedRun): void {
    const shown = {
      ...ended,
      run: withoutSecrets(run),
      others: others.map((other) => ({ ...other, reason: redactUrls(other.reason) })),
    }
    const problem = this.#summary?.append(runMarkdown(shown)) ?? null
    if (problem !== null) process.stderr.write(`${problem}\n`)
    if (this.#junit === null) return
    try {
      writeWholeFile(this.#junit, runJunit(shown))
    } catch (error) {
      throw resultsFolderError(dirname(this.#junit), error)
    }
  }
}
