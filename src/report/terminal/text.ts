import { styleText } from 'node:util'
import Table from 'cli-table3'

/** A colour or weight of text, as `styleText` of node:util names it. */
export type Style = Parameters<typeof styleText>[0]

/** Text in a colour, if standard output shows colours. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

/** A column: its heading, and the alignment of its cells. */
export interface Column {
  readonly heading: string
  readonly align: 'left' | 'right'
}

export function left(heading: string): Column {
  return { heading, align: 'left' }
}

export function right(heading: string): Column {
  return { heading, align: 'right' }
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '  ',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/** Plain columns, two spaces apart and indented by two. Cells may hold colours. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  return renderNarrow(columns, rows) ?? renderAny(columns, rows)
}

/** Apart from colours, only characters that are one column wide. */
// oxlint-disable-next-line no-control-regex
const NARROW = /^(?:[ -~×–µ≤≥±]|\u001b\[[\d;]*m)*$/
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001b\[[\d;]*m/g

/** Ten times as fast as `renderAny`, with the same result; `null` if a character's width must be looked up. */
function renderNarrow(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string | null {
  const lines = [columns.map(({ heading }) => heading), ...rows]
  if (!lines.every((line) => line.every((cell) => NARROW.test(cell)))) return null
  const widthOf = (cell: string): number =>
    cell.includes('\u001b') ? cell.replaceAll(COLOUR, '').length : cell.length
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => widthOf(line[i] ?? ''))))
  return lines
    .map((line) => {
      const cells = columns.map(({ align }, i) => {
        const cell = line[i] ?? ''
        const space = ' '.repeat((widths[i] ?? 0) - widthOf(cell))
        return align === 'left' ? cell + space : space + cell
      })
      return `  ${cells.join('  ')}`.trimEnd()
    })
    .join('\n')
}

function renderAny(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: columns.map(({ heading }) => heading),
    colAligns: columns.map(({ align }) => align),
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  })
  table.push(...rows.map((row) => [...row]))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
