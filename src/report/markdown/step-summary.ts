import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { InputError } from '../../input-error.ts'

/** GitHub shows no summary of a step that is larger, in bytes. */
export const MAX_SUMMARY_BYTES = 2 ** 20

/** A pipe that nobody reads is refused instead of waited for. */
const APPEND =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NONBLOCK ?? 0)

/**
 * The file that GitHub shows on a job's page, which `GITHUB_STEP_SUMMARY` names. What a step adds is Markdown, and
 * stands below what is there.
 */
export class StepSummary {
  readonly #path: string

  private constructor(path: string) {
    this.#path = path
  }

  /**
   * Finds the file, and proves that it can be written to, before anything is measured for it.
   * @returns `null` if the environment names none.
   * @throws InputError
   */
  static open({ GITHUB_STEP_SUMMARY: path }: NodeJS.ProcessEnv): StepSummary | null {
    if (path === undefined || path === '') return null
    const summary = new StepSummary(path)
    const problem = summary.append('')
    if (problem === null) return summary
    throw new InputError(`${problem} Name a file that can be written to, or unset the variable.`)
  }

  /**
   * Adds Markdown, cut at the end of a block if all would be too large.
   * @returns why it could not, as a sentence; `null` if it could. Nobody's result depends on it.
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

const CUT = '\n\nThe rest is cut off: GitHub shows 1 MiB of a step.\n'

/** The longest it takes to close what is open: parts are folded up one level deep. */
const CLOSING = '\n\n</details>'

/**
 * As many whole blocks of Markdown as fit into a number of bytes, and a sentence where that isn't all of
 * them; nothing where not even that fits.
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
