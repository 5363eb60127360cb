import { styleText } from 'node:util'
import type { GateProgress } from '../gate-options.ts'

/** Shows the current activity as a changing line on a terminal, and not at all elsewhere. */
export class GateLines implements GateProgress {
  readonly #out: NodeJS.WriteStream
  #isShown = false

  constructor(out: NodeJS.WriteStream) {
    this.#out = out
  }

  note(text: string): void {
    this.clear()
    this.#out.write(`${text}\n`)
  }

  live(text: string): void {
    if (!this.#out.isTTY) return
    const line = text.slice(0, this.#out.columns - 1)
    this.#out.write(`\r\u001B[K${styleText('dim', line, { stream: this.#out })}`)
    this.#isShown = true
  }

  /** Removes the changing line. */
  clear(): void {
    if (this.#isShown) this.#out.write('\r\u001B[K')
    this.#isShown = false
  }
}
