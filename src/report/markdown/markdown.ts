import { escaped } from '../../printable.ts'

/** Characters that start or end a construct of Markdown or HTML, or a table cell. */
const SYNTAX = /[&<>|`*_[\]\\@#~!$]/g

/** At the start of a line, these start a list, a heading or a rule. */
const LINE_START = /^(?:[-+=](?![\w.])|\d+[.)](?=\s|$))/

/** Splits a word for programs, but not for readers: U+200B. */
const BREAK = '&#8203;'

/**
 * An untrusted text as GitHub-flavoured Markdown that shows exactly that text: it can't become a table cell, HTML,
 * image, link, emphasis, list, mention, issue reference or emoji, whether in a paragraph, a cell, a heading or between
 * HTML tags. Lines are joined by `<br>`; control and reordering characters appear as codes, as in `printable`.
 *
 * Entities start no syntax (CommonMark 0.31, 6.1), but GitHub also searches the rendered text for `@name`, `#1`,
 * `GH-1`, `:emoji:` and addresses. A zero-width space breaks these.
 */
export function markdownText(text: string): string {
  return text.trim().split(/\r?\n/).map(markdownLine).join('<br>')
}

function markdownLine(line: string): string {
  return escaped(line.trim())
    .replaceAll(SYNTAX, entity)
    .replace(LINE_START, (start) => start.slice(0, -1) + entity(start.slice(-1)))
    .replaceAll(/&#(?:64|35);/g, (sign) => sign + BREAK)
    .replaceAll(/gh-(?=\d)/gi, (reference) => `${reference.slice(0, 2)}${BREAK}-`)
    .replaceAll('://', `:${BREAK}//`)
    .replaceAll(/www\./gi, (www) => `${www.slice(0, 3)}${BREAK}.`)
    .replaceAll(/:(?=[\w+-]+:)/g, `:${BREAK}`)
}

/**
 * A table of GitHub-flavoured Markdown; whole lines without a final newline.
 * @param headings and cells are Markdown: pass untrusted text through `markdownText` first.
 */
export function markdownTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`
}
