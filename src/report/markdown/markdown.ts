import { escaped } from '../../printable.ts'

/** Characters that begin or end a construct of Markdown or HTML, or a cell of a table. */
const SYNTAX = /[&<>|`*_[\]\\@#~!$]/g

/** Where a line begins, these begin a list, a heading or a rule. */
const LINE_START = /^(?:[-+=](?![\w.])|\d+[.)](?=\s|$))/

/** Breaks a word in two for programs, not for readers: U+200B. */
const BREAK = '&#8203;'

/**
 * A text that someone else wrote, as GitHub-flavoured Markdown that shows just that text: no table cell, HTML, image,
 * link, emphasis, list, mention, reference to an issue or emoji can come of it, whether it stands in a
 * paragraph, a cell, a heading or between HTML tags. Lines are joined by `<br>`; control characters and those that reorder others are
 * shown as their code, as `printable` does.
 *
 * Entities begin no syntax (CommonMark 0.31, 6.1). They aren't enough for what GitHub looks for in the rendered text:
 * `@name`, `#1`, `GH-1`, `:emoji:`, addresses. A space of no width breaks these.
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
 * @param headings and cells are Markdown: `markdownText` makes it of what others wrote.
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
