import { terminalWidth } from './terminal-width.ts'
import { fitLines } from './wrap.ts'

export { paint, type Style } from './paint.ts'
export { left, renderTable, right, type Column } from './table.ts'

/** Writes lines to standard output, broken between words if a terminal is too narrow for them. */
export function print(text: string): void {
  process.stdout.write(`${fitLines(text, terminalWidth())}\n`)
}
