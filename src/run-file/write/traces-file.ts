import { dirname } from 'node:path'
import { formatBytes } from '../../format.ts'
import { resultsFolderError } from './results-folder.ts'
import { replaceFiles } from './whole-files.ts'

/** Readers refuse files that are twice as large. */
const MAX_BYTES = 64 * 2 ** 20

/**
 * The traces of a run's requests, for the file beside its run file. They are written after the run file and apart from it,
 * because they may be larger: a disk that is full of them has to hold the measurements.
 */
export class TracesFile {
  readonly #maxBytes: number
  #parts: readonly string[] = []
  #bytes = 0
  #isChanged = false
  #path: string | null = null
  #tooLarge: string | null = null
  #unwritten: string | null = null

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** Why traces are missing from the file, in a sentence; `null` if it holds all. */
  get problem(): string | null {
    return this.#unwritten ?? this.#tooLarge
  }

  /** @param resourceSpans of one load, each a `ResourceSpans` as JSON without secrets. All of them are left out if they are too large. */
  add(resourceSpans: readonly string[]): void {
    if (resourceSpans.length === 0) return
    const bytes = resourceSpans.reduce((sum, part) => sum + Buffer.byteLength(part) + 2, 0)
    if (this.#bytes + bytes > this.#maxBytes) {
      this.#tooLarge = `The traces of some scenarios are left out, because a file of traces may have ${formatBytes(this.#maxBytes)}.`
      return
    }
    this.#parts = [...this.#parts, ...resourceSpans]
    this.#bytes += bytes
    this.#isChanged = true
  }

  /**
   * Writes the file, if there are traces that it lacks.
   * @returns the path of the file; `null` if there is none, or if it could not be written.
   */
  write(path: string): string | null {
    if (!this.#isChanged) return this.#path
    try {
      replaceFiles([[path, `{"resourceSpans":[${this.#parts.join(',\n')}]}\n`]])
      this.#path = path
      this.#isChanged = false
      this.#unwritten = null
    } catch (error) {
      this.#unwritten = `Traces are left out. ${resultsFolderError(dirname(path), error).message}`
    }
    return this.#path
  }
}
