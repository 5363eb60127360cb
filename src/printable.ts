/** In UTF-16 units; longer texts are cut. */
const MAX_LENGTH = 300

/**
 * Characters that control a terminal, or reorder or hide others: the control codes (C0, DEL, C1; an
 * escape sequence begins with one), line separators, bidirectional formatting (Unicode Standard
 * Annex #9), zero-width characters, tags, and halves of surrogate pairs.
 */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** Most texts match. */
const PLAIN = /^[ -~]*$/

/**
 * An untrusted text in one line, harmless to print: unprintable characters become their code, `\u{1b}`.
 */
export function printable(text: string): string {
  const cut = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
  return escaped(cut)
}

/** The same for a text of several lines. */
export function printableLines(text: string): string {
  const lines = text.slice(0, MAX_LENGTH * 20).split(/\r?\n/)
  return lines.map((line) => escaped(line.replaceAll('\t', '  '))).join('\n')
}

/** Replaces unprintable characters, line ends included, by their codes; cuts nothing. */
export function escaped(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replaceAll(
    UNPRINTABLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
