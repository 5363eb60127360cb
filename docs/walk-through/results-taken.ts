import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readRunFile } from '../../src/results/read-run-file.ts'
import type { RunFile } from '../../src/results/run-file.ts'
import type { Check } from './judge-load.ts'

/** The result files that have come out since they were last asked for. */
export class ResultsTaken {
  readonly #folder: string
  readonly #seen = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * The one run file that is new, and whether the files are its folder's owner's.
   * @throws RunFileError
   */
  async next(): Promise<{ readonly run: RunFile | null; readonly check: Check }> {
    const files = readdirSync(this.#folder).filter((file) => !this.#seen.has(file))
    for (const file of files) this.#seen.add(file)
    const { uid } = statSync(this.#folder)
    const foreign = files.filter((file) => statSync(join(this.#folder, file)).uid !== uid)
    const [json, ...others] = files.filter((file) => file.endsWith('.json'))
    const holds = json !== undefined && others.length === 0 && foreign.length === 0
    const text = `${files.length} result files of the folder's owner`
    const run = json === undefined ? null : await readRunFile(join(this.#folder, json))
    return { run, check: { holds: holds && files.length === 3, text } }
  }
}
