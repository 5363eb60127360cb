/** The maximum width of the trend page. */
export const WIDTH = 80

/**
 * Breaks a text at spaces so that no line exceeds 80 characters, not counting colour codes, unless a word
 * does. Continuation lines are indented by four spaces.
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
