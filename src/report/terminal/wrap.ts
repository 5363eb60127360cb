import { cutInMiddle, styleOf, textWidth } from './text-width.ts'

/**
 * Spaces where a line may end: not after a number, since a figure and its unit belong together (`41.0 ms`, `P99
 * 3.1 ms`, `12 requests`), nor in a bound (`< 10`).
 */
const BREAKS = /(?<![\d<>≤≥ ]) +/

/** The pieces of a line that belong together; those that are wider than a line are taken apart. */
function piecesOf(line: string, width: number): readonly string[] {
  return line
    .split(BREAKS)
    .flatMap((piece) => (textWidth(piece) <= width ? [piece] : piece.split(/ +/)))
}

/** A text in lines of at most `width` columns, broken between words; only longer words are cut, in their middle. */
export function wrapWords(text: string, width: number): readonly string[] {
  if (textWidth(text) <= width && !text.includes('\n')) return [text]
  const { before, plain, after } = styleOf(text)
  return plain.split('\n').flatMap((paragraph) => {
    const words = piecesOf(paragraph, width).map((word) => cutInMiddle(word, width))
    return fill(words, width, width).map((line) => `${before}${line}${after}`)
  })
}

/** The widest piece that `wrapWords` keeps whole, in columns. */
export function longestWord(text: string): number {
  return Math.max(...text.split('\n').flatMap((line) => line.split(BREAKS).map(textWidth)))
}

/**
 * Lines of prose in at most `width` columns: longer ones continue on the next line, indented by two
 * more. Longer words, such as paths, stay whole: they are there to be copied.
 */
export function fitLines(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => (textWidth(line) <= width ? line : hanging(line, width)))
    .join('\n')
}

function hanging(line: string, width: number): string {
  const indent = /^ */.exec(line)?.[0] ?? ''
  const deeper = `${indent}  `
  const words = piecesOf(line.slice(indent.length), width - deeper.length)
  const [first = '', ...others] = fill(words, width - indent.length, width - deeper.length)
  return [`${indent}${first}`, ...others.map((other) => `${deeper}${other}`)].join('\n')
}

/** As many words a line as there is room for; a first line may have other room. */
function fill(words: readonly string[], firstWidth: number, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && textWidth(longer) > (lines.length === 0 ? firstWidth : width)) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
