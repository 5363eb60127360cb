import { paint } from './paint.ts'
import { cutInMiddle, textWidth } from './text-width.ts'
import { terminalWidth } from './terminal-width.ts'
import { fitLines, longestWord, wrapWords } from './wrap.ts'

/** A column: its heading, the alignment of its cells, and what becomes of it in a narrow terminal. */
export interface Column {
  readonly heading: string
  readonly align: 'left' | 'right'
  /** Its place among the columns that may be left out: 1 is left out first. Without one, it always stays. */
  readonly drop?: number
  /** Whether cells are words that may continue on the next line. */
  readonly wraps?: boolean
  /** Whether cells may stand below their row. */
  readonly below?: boolean
}

type Fitting = Omit<Column, 'heading' | 'align'>

export function left(heading: string, fitting: Fitting = {}): Column {
  return { heading, align: 'left', ...fitting }
}

export function right(heading: string, fitting: Fitting = {}): Column {
  return { heading, align: 'right', ...fitting }
}

type Rows = readonly (readonly string[])[]

/** Columns are indented by two, and two spaces apart. */
const GAP = 2
/** Names are not cut below this width, nor are words wrapped in less. */
const MIN_NAME = 12
const MIN_TEXT = 16

/**
 * Plain columns, two spaces apart and indented by two. Cells may hold colours.
 *
 * A table that is too wide is made narrower, by the first of these that suffices:
 * 1. headings, and the cells of columns that wrap, continue on the next line, between words;
 * 2. cells that may stand below their row do;
 * 3. columns are left out, in the order of `drop`; a line below names them;
 * 4. names (cells of columns aligned to the left) get `…` in their middle;
 * 5. each row becomes a block with one line per cell.
 * @param width in columns; default: that of the terminal.
 */
export function renderTable(
  columns: readonly Column[],
  rows: Rows,
  width: number = terminalWidth(),
): string {
  const sizes = columns.map((column, i) => sizeOf(column, rows, i))
  // Without a heading and texts, there is no column.
  const all = columns.map((_, i) => i).filter((i) => (sizes[i]?.natural ?? 0) > 0)
  const choices = choicesOf(columns, all)
  for (const { shown, below, dropped } of choices) {
    // Without more to leave out, names are cut.
    const least = dropped === choices.at(-1)?.dropped ? 'cut' : 'wrapped'
    const own = shown.flatMap((i) => sizes[i] ?? [])
    const widths = widthsWithin(width, own, least)
    if (widths === null) continue
    const some = shown.flatMap((i) => columns[i] ?? [])
    const lines = rows.map((row) => ({
      cells: shown.map((i) => row[i] ?? ''),
      below: below.flatMap((i) => wrapWords(row[i] ?? '', width - 2 * GAP)),
    }))
    return `${aligned(some, lines, widths)}${note(dropped, columns, width)}`
  }
  return blocks(columns, rows, width)
}

/** Which columns are shown, below their row, or left out. */
interface Choice {
  readonly shown: readonly number[]
  readonly below: readonly number[]
  readonly dropped: readonly number[]
}

/** The choices there are, the best one first. */
function choicesOf(columns: readonly Column[], all: readonly number[]): readonly Choice[] {
  const below = all.filter((i) => columns[i]?.below === true)
  const toDrop = all
    .filter((i) => columns[i]?.drop !== undefined)
    .toSorted((a, b) => (columns[a]?.drop ?? 0) - (columns[b]?.drop ?? 0))
  const drops = toDrop.map((_, k) => toDrop.slice(0, k + 1))
  const hidden = [
    { below: [], dropped: [] },
    ...[[], ...drops].map((dropped) => ({ below, dropped })),
  ]
  return hidden.map((choice) => ({
    ...choice,
    shown: all.filter((i) => ![...choice.below, ...choice.dropped].includes(i)),
  }))
}

/** The columns that a table takes if nothing is left out. */
export function tableWidth(columns: readonly Column[], rows: Rows): number {
  return columns
    .map((column, i) => sizeOf(column, rows, i).natural + GAP)
    .reduce((sum, width) => sum + width, 0)
}

/** Widths of a column: of its longest line; with words wrapped; with names cut. */
interface Sizes {
  readonly natural: number
  readonly wrapped: number
  readonly cut: number
}

function sizeOf({ heading, align, wraps = false }: Column, rows: Rows, at: number): Sizes {
  const widths = rows.map((row) => textWidth(row[at] ?? ''))
  const cells = Math.max(0, ...widths)
  const headingWord = longestWord(heading)
  const word = wraps ? Math.max(0, ...rows.map((row) => longestWord(row[at] ?? ''))) : cells
  const wrapped = Math.max(headingWord, wraps ? Math.max(word, Math.min(cells, MIN_TEXT)) : cells)
  return {
    natural: Math.max(textWidth(heading), cells),
    wrapped,
    cut: Math.max(
      Math.min(headingWord, MIN_NAME),
      align === 'left' ? Math.min(wrapped, MIN_NAME) : cells,
    ),
  }
}

/** The width of each column; `null` if even the least is too much. */
function widthsWithin(
  width: number,
  sizes: readonly Sizes[],
  least: 'wrapped' | 'cut',
): readonly number[] | null {
  const available = width - sizes.length * GAP
  const sum = (widths: readonly number[]): number => widths.reduce((a, b) => a + b, 0)
  const natural = sizes.map((size) => size.natural)
  if (sum(natural) <= available) return natural
  const wrapped = sizes.map((size) => size.wrapped)
  const start = sum(wrapped) <= available || least === 'wrapped' ? wrapped : sizes.map((s) => s.cut)
  if (sum(start) > available) return null
  // What remains goes to the narrowest column that lacks some, one by one: short names stay whole.
  const widths = [...start]
  for (let room = available - sum(widths); room > 0; room -= 1) {
    const lacking = widths.map((own, i) => (own < (natural[i] ?? 0) ? own : Infinity))
    const narrowest = lacking.indexOf(Math.min(...lacking))
    widths[narrowest] = (widths[narrowest] ?? 0) + 1
  }
  return widths
}

/** A row, and the lines below it. */
interface Line {
  readonly cells: readonly string[]
  readonly below: readonly string[]
}

function aligned(
  columns: readonly Column[],
  rows: readonly Line[],
  widths: readonly number[],
): string {
  const headings = columns.map(({ heading }) => heading)
  // A table without headings has no line of them.
  const hasHeadings = headings.some((heading) => heading !== '')
  const lines = hasHeadings ? [{ cells: headings, below: [] }, ...rows] : rows
  return lines
    .flatMap((row) => [
      ...linesOf(row.cells, columns, widths, row.cells === headings),
      ...row.below.filter((text) => text !== '').map((text) => `    ${text}`),
    ])
    .join('\n')
}

/** The lines of a row, or of headings, whose last lines are level. */
function linesOf(
  row: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
  areHeadings: boolean,
): readonly string[] {
  const cells = row.map((cell, i) => {
    const width = widths[i] ?? 0
    if (textWidth(cell) <= width && !cell.includes('\n')) return [cell]
    return areHeadings || columns[i]?.wraps === true
      ? wrapWords(cell, width)
      : [cutInMiddle(cell.replaceAll('\n', ' '), width)]
  })
  const height = Math.max(...cells.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) => {
    const texts = cells.map((lines, i) => {
      const text = lines[areHeadings ? lines.length - height + line : line] ?? ''
      const space = ' '.repeat(Math.max((widths[i] ?? 0) - textWidth(text), 0))
      return columns[i]?.align === 'left' ? text + space : space + text
    })
    return `  ${texts.join('  ')}`.trimEnd()
  })
}

/** Longer headings are cut where they stand in a line. */
const MAX_LABEL = 20

/** Names the columns left out. */
function note(dropped: readonly number[], columns: readonly Column[], width: number): string {
  const names = dropped
    .toSorted((a, b) => a - b)
    .map((i) => cutInMiddle(columns[i]?.heading ?? '', MAX_LABEL))
    .filter((heading) => heading !== '')
  if (names.length === 0) return ''
  const text = `left out to fit ${width} columns: ${names.join(', ')}`
  const lines = fitLines(`  ${text}`, width).split('\n')
  return lines.map((line) => `\n${paint('dim', line)}`).join('')
}

/** Each row as a block of lines, one per cell with a text, beside its heading. */
function blocks(columns: readonly Column[], rows: Rows, width: number): string {
  const labels = columns.map(({ heading }) => cutInMiddle(heading, MAX_LABEL))
  const labelWidth = Math.max(...labels.map(textWidth))
  const room = width - labelWidth - 2 * GAP
  return rows
    .map((row) =>
      labels
        .flatMap((label, i) => {
          const cell = row[i] ?? ''
          if (cell === '') return []
          return wrapWords(cell, room).map((line, k) => {
            const text = k === 0 ? label : ''
            return `  ${text}${' '.repeat(labelWidth - textWidth(text))}  ${line}`.trimEnd()
          })
        })
        .join('\n'),
    )
    .join('\n\n')
}
