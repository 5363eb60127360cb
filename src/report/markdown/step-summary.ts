import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { InputError } from '../../input-error.ts'

/** In bytes; GitHub shows no larger summary of a step. */
export const MAX_SUMMARY_BYTES = 2 ** 20

/** With O_NONBLOCK, a pipe without a reader is refused instead of blocking. */
const APPEND =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0)

/**
 * The Markdown file that GitHub shows on a job's page, named by `GITHUB_STEP_SUMMARY`. Steps append to it.
 */
export class StepSummary {
  readonly #path: string

  private constructor(path: string) {
    this.#path = path
  }

  /**
   * Finds the file, and proves before the measurement that it can be written to.
   * @returns `null` if the environment names no file.
   * @throws InputError
   */
  static open({ GITHUB_STEP_SUMMARY: path }: NodeJS.ProcessEnv): StepSummary | null {
    if (path === undefined || path === '') return null
    const summary = new StepSummary(path)
    const problem = summary.append('')
    if (problem === null) return summary
    throw new InputError(`${problem} Name a writable file, or unset the variable.`)
  }

  /**
   * Appends Markdown, cut at the end of a block if the file would become too large.
   * @returns the reason as a sentence if it could not, else `null`. A failure changes no result.
   */
  append(markdown: string): string | null {
    let file: number | null = null
    try {
      file = openSync(this.#path, APPEND, 0o644)
      const { size } = fstatSync(file)
      let rest = Buffer.from(cutBlocks(markdown, MAX_SUMMARY_BYTES - size))
      while (rest.length > 0) rest = rest.subarray(writeSync(file, rest))
      return null
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split(',')
      return `GITHUB_STEP_SUMMARY: ${this.#path}: ${reason}.`
    } finally {
      if (file !== null) closeSync(file)
    }
  }
}

const CUT = '\n\nThe rest was cut: GitHub shows at most 1 MiB per step.\n'

/** Closes an open fold; folds are never nested. */
const CLOSING = '\n\n</details>'

/**
 * As many whole blocks of Markdown as fit into a number of bytes, with a notice if any were cut; empty if not even
 * the notice fits.
 */
export function cutBlocks(markdown: string, maxBytes: number): string {
  if (Buffer.byteLength(markdown) <= maxBytes) return markdown
  const room = maxBytes - Buffer.byteLength(CLOSING + CUT)
  const kept: string[] = []
  let bytes = 0
  for (const block of markdown.split('\n\n')) {
    bytes += Buffer.byteLength(block) + 2
    if (bytes > room) break
    kept.push(block)
  }
  if (kept.length === 0) return ''
  const text = kept.join('\n\n')
  const isOpen = text.lastIndexOf('<details>') > text.lastIndexOf('</details>')
  return `${text}${isOpen ? CLOSING : ''}${CUT}`
}
