import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readRunFile } from '../../../src/run-file/read/read-run-file.ts'
import type { RunFile } from '../../../src/run-file/run-file.ts'
import type { Check } from './judge-load.ts'

/** The result files that have come out since they were last asked for. */
export class ResultsTaken {
  readonly #folder: string
  readonly #seen = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * The one run file that is new, and whether its CSV files came with it and all is the folder's
   * owner's.
   * @throws RunFileError
   */
  async next(): Promise<{ readonly run: RunFile | null; readonly check: Check }> {
    const files = readdirSync(this.#folder).filter((file) => !this.#seen.has(file))
    for (const file of files) this.#seen.add(file)
    const { uid } = statSync(this.#folder)
    const foreign = files.filter((file) => statSync(join(this.#folder, file)).uid !== uid)
    const [json, ...others] = files.filter(
      (file) => file.endsWith('.json') && !file.startsWith('.'),
    )
    if (json === undefined) return { run: null, check: { holds: false, text: 'no run file' } }
    const missing = ['.csv', '.intervals.csv']
      .map((suffix) => json.replace('.json', suffix))
      .filter((file) => !files.includes(file))
    const problems = [
      ...others.map((file) => `${file} besides ${json}`),
      ...missing.map((file) => `no ${file}`),
      ...foreign.map((file) => `${file} is another user's`),
    ]
    const text =
      problems.length === 0 ? "its result files are the folder's owner's" : problems.join(', ')
    const run = await readRunFile(join(this.#folder, json))
    return { run, check: { holds: problems.length === 0, text } }
  }
}
