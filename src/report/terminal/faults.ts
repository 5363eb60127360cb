import { counted, formatMs } from '../../format.ts'
import type { FaultJson } from '../../run-file/json/load-result-json.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import {
  FAULT_NOTE,
  faultCells,
  isBroken,
  isInjected,
  lossesText,
  lostNames,
} from '../fault-cells.ts'
import { paint, type Style } from './paint.ts'
import { left, renderTable, right } from './table.ts'
import { fitLines } from './wrap.ts'
import { terminalWidth } from './terminal-width.ts'

/** With more faults than this, the others are in the page and the run file. */
const MAX_ROWS = 50

const COLUMNS = [
  left('fault', { wraps: true }),
  left('state'),
  right('at'),
  right('lasted', { drop: 1 }),
  right('not ok'),
  right('no success'),
  right('failing for'),
  left('', { below: true }),
]

/** The faults of a load and what requests show of each; `null` without faults. Whole lines without a final newline. */
export function renderFaults(result: LoadResultJson, width = terminalWidth()): string | null {
  const cells = faultCells(result)
  if (cells.length === 0) return null
  const rows = cells
    .slice(0, MAX_ROWS)
    .map((cell) => [
      cell.fault,
      paint(STYLES[cell.state], cell.state),
      cell.at,
      cell.lasted,
      cell.notOk,
      cell.withoutSuccess,
      cell.failingFor,
      cell.what === '' ? '' : `(${cell.what})`,
    ])
  const more = cells.length - rows.length
  return [
    renderTable(COLUMNS, rows, width),
    ...(more === 0 ? [] : [`  and ${counted(more, 'more fault')}, in the run's page and files`]),
    ...(cells.some(isInjected) ? [paint('dim', fitLines(`  ${FAULT_NOTE}`, width))] : []),
  ].join('\n')
}

const STYLES: Readonly<Record<FaultJson['state'], Style>> = {
  injected: 'green',
  elsewhere: 'green',
  failed: 'red',
  'not reached': 'yellow',
}

/** What became of each operation's promises, and how long it answered nothing. Lines without an indent. */
export function renderPromises({
  operations,
  faults,
}: Pick<LoadResultJson, 'operations' | 'faults'>): readonly string[] {
  return operations.flatMap(({ name, losses, unavailableMs }) => {
    const lines: string[] = []
    if (losses !== null) {
      const names = lostNames(losses)
      const text = `${name} promises: ${lossesText(losses)}${names === '' ? '' : ` (${names})`}`
      const style = losses.kind === 'unknown' ? 'yellow' : 'red'
      lines.push(isBroken(losses) ? paint(style, text) : text)
    }
    if (unavailableMs !== null && (faults.length > 0 || unavailableMs >= LONG_MS)) {
      lines.push(`${name} unavailable: ${formatMs(unavailableMs)} at most without a success`)
    }
    return lines
  })
}

/** Shorter stretches without a success are of interest only where something broke. */
const LONG_MS = 1_000
