import { terminalWidth } from '../../report/terminal/terminal-width.ts'
import { textWidth } from '../../report/terminal/text-width.ts'

/** The maximum width of a trend's notes, also in files and pipes. */
const MAX_WIDTH = 80

/**
 * Breaks a text at spaces so that no line exceeds 80 columns, or the terminal's if it has fewer, unless a
 * word does. Continuation lines are indented by four spaces.
 */
export function wrapped(text: string): string {
  const width = Math.min(terminalWidth(), MAX_WIDTH)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\S) +/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line)
      line = `    ${word}`
    } else line = longer
  }
  return [...lines, line].join('\n')
}
