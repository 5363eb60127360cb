/** The width that the trend keeps to. */
export const WIDTH = 80

/**
 * Breaks a text at spaces so that no line is longer than 80 characters, colours aside, unless a word is.
 * Further lines are indented by four.
 */
export function wrapped(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\S) +/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && lengthOf(longer) > WIDTH) {
      lines.push(line)
      line = `    ${word}`
    } else line = longer
  }
  return [...lines, line].join('\n')
}

// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[[\d;]*m/g

function lengthOf(text: string): number {
  return text.replace(COLOUR, '').length
}
