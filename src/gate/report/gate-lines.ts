import { styleText } from 'node:util'
import type { GateProgress } from '../gate-options.ts'

/** On a terminal, what is under way is a line that changes; elsewhere it isn't shown. */
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

  /** Takes the line away that changes. */
  clear(): void {
    if (this.#isShown) this.#out.write('\r\u001B[K')
    this.#isShown = false
  }
}
