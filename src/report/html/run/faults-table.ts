import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { capitalised, counted, formatCount } from '../../../format.ts'
import type { LossesJson } from '../../../run-file/json/load-result-json.ts'
import type { ScenarioEntry } from '../../../run-file/run-file.ts'
import {
  FAULT_NOTE,
  faultCells,
  isBroken,
  isInjected,
  lossesText,
  lostNames,
  type FaultCells,
} from '../../fault-cells.ts'
import { dataTable } from '../data-table.ts'
import { outcomeBadge, type Ending } from './outcome-badge.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/** Further ones are folded up. */
const MAX_ROWS = 20

/** The faults of a load and what requests show of each; `null` without faults. */
export function faultsTable({ name, result }: Measured): VNode | null {
  const cells = faultCells(result)
  if (cells.length === 0) return null
  const caption = `Faults of ${name}`
  const folded = cells.slice(MAX_ROWS)
  return html`${table(caption, cells.slice(0, MAX_ROWS))}
  ${
    folded.length === 0
      ? null
      : html`<details>
          <summary>${counted(folded.length, 'more fault')}</summary>
          ${table(`${caption}: further ones`, folded)}
        </details>`
  }`
}

function table(caption: string, faults: readonly FaultCells[]): VNode | null {
  return dataTable({
    caption,
    columns: [
      { heading: 'fault' },
      { heading: 'state' },
      ...['at', 'lasted', 'requests not ok', 'no success for', 'failing for'].map((heading) => ({
        heading,
        isFigure: true,
      })),
    ],
    rows: faults.map((cell) => [
      html`<span class="wrapping">${cell.fault}</span>`,
      outcomeBadge(BADGES[cell.state], cell.state),
      cell.at,
      cell.lasted,
      cell.notOk,
      cell.withoutSuccess,
      cell.failingFor,
    ]),
    remarks: faults.map(({ what }) => (what === '' ? null : what)),
    ...(faults.some(isInjected) ? { note: `${capitalised(FAULT_NOTE)}.` } : {}),
  })
}

const BADGES: Readonly<Record<FaultCells['state'], Ending>> = {
  injected: 'passed',
  elsewhere: 'passed',
  failed: 'failed',
  'not reached': 'interrupted',
}

/** What became of each operation's promises; `null` if none makes any. */
export function promisesTable({ name, result }: Measured): VNode | null {
  const rows = result.operations.flatMap((operation) =>
    operation.losses === null ? [] : [{ operation: operation.name, losses: operation.losses }],
  )
  if (rows.length === 0) return null
  const broken = rows.filter(({ losses }) => isBroken(losses))
  return html`${broken.map(
    ({ operation, losses }) =>
      html`<p class=${`notice ${losses.kind === 'unknown' ? 'doubtful' : 'bad'}`}>
        ${brokenText(operation, losses)}
      </p>`,
  )}
  ${dataTable({
    caption: `Promises of ${name}`,
    columns: [
      { heading: 'operation' },
      { heading: 'promised', isFigure: true },
      { heading: 'lost', isFigure: true },
      { heading: 'duplicates', isFigure: true },
      { heading: 'lost ones' },
    ],
    rows: rows.map(({ operation, losses }) => {
      if (losses.kind === 'unknown') return [operation, '–', 'unknown', '–', losses.reason]
      const { of, promised, lost, duplicates } = losses
      return [
        operation,
        `${formatCount(promised)} ${of}`,
        formatCount(lost),
        duplicates === null ? '–' : formatCount(duplicates),
        html`<span class="wrapping">${lostNames(losses) || 'none'}</span>`,
      ]
    }),
  })}`
}

function brokenText(operation: string, losses: LossesJson): string {
  return losses.kind === 'unknown'
    ? `${operation}: losses are ${lossesText(losses)}`
    : `${operation}: ${lossesText(losses)}.`
}
