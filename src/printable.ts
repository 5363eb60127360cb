/** Longer texts than this, in UTF-16 units, are cut: a name is for reading. */
const LONGEST = 300

/**
 * Characters that a terminal obeys or that reorder or hide others: the control codes (C0, DEL, C1; an
 * escape sequence begins with one), line separators, bidirectional formatting (Unicode Standard
 * Annex #9), zero-width characters, tags, and halves of surrogate pairs.
 */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Most texts. */
const PLAIN = /^[ -~]*$/

/**
 * A text that someone else wrote, in one line and harmless to print: what is no plain character is
 * written as its code, `\u{1b}`.
 */
export function printable(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return escaped(cut)
}

/** The same of a text of several lines. */
export function printableLines(text: string): string {
  const lines = text.slice(0, LONGEST * 20).split(/\r?\n/)
  return lines.map((line) => escaped(line.replaceAll('\t', '  '))).join('\n')
}

/** Everything that is no plain character as its code, line ends too; nothing is cut. */
export function escaped(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replaceAll(
    UNPRINTABLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
