import { terminalWidth } from './terminal-width.ts'
import { fitLines } from './wrap.ts'

/** Writes lines to standard output, broken between words if a terminal is too narrow for them. */
export function print(text: string): void {
  process.stdout.write(`${fitLines(text, terminalWidth())}\n`)
}
