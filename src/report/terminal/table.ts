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
 * 2. columns are left out, in the order of `drop`; a line below names them;
 * 3. names (cells of columns aligned to the left) get `…` in their middle;
 * 4. each row becomes a block with one line per cell.
 * @param width in columns; default: that of the terminal.
 */
export function renderTable(
  columns: readonly Column[],
  rows: Rows,
  width: number = terminalWidth(),
): string {
  const all = columns.map((_, i) => i)
  const sizes = columns.map((column, i) => sizeOf(column, rows, i))
  const dropped: number[] = []
  const toDrop = all.filter((i) => columns[i]?.drop !== undefined)
  toDrop.sort((a, b) => (columns[b]?.drop ?? 0) - (columns[a]?.drop ?? 0))
  for (;;) {
    const shown = all.filter((i) => !dropped.includes(i))
    const next = toDrop.pop()
    // Without more to leave out, names are cut.
    const least = next === undefined ? 'cut' : 'wrapped'
    const widths = widthsWithin(
      width,
      shown.flatMap((i) => sizes[i] ?? []),
      least,
    )
    if (widths !== null) {
      const [some, cells] = [
        shown.flatMap((i) => columns[i] ?? []),
        rows.map((row) => shown.map((i) => row[i] ?? '')),
      ]
      return `${aligned(some, cells, widths)}${note(dropped, columns, width)}`
    }
    if (next === undefined) return blocks(columns, rows, width)
    dropped.push(next)
  }
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

function aligned(columns: readonly Column[], rows: Rows, widths: readonly number[]): string {
  const headings = columns.map(({ heading }) => heading)
  // A table without headings has no line of them.
  const lines = headings.every((heading) => heading === '') ? rows : [headings, ...rows]
  return lines
    .flatMap((row, at) => {
      const cells = row.map((cell, i) => {
        const width = widths[i] ?? 0
        if (textWidth(cell) <= width && !cell.includes('\n')) return [cell]
        return row === headings || columns[i]?.wraps === true
          ? wrapWords(cell, width)
          : [cutInMiddle(cell.replaceAll('\n', ' '), width)]
      })
      const height = Math.max(...cells.map((own) => own.length))
      return Array.from({ length: height }, (_, line) =>
        cells.map((own, i) => {
          // Headings of several lines stand on the ground.
          const text = own[at === 0 && row === headings ? own.length - height + line : line] ?? ''
          const space = ' '.repeat(Math.max((widths[i] ?? 0) - textWidth(text), 0))
          return columns[i]?.align === 'left' ? text + space : space + text
        }),
      )
    })
    .map((cells) => `  ${cells.join('  ')}`.trimEnd())
    .join('\n')
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
