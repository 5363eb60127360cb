import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { counted } from '../../../format.ts'
import type { SloRow } from '../../../load/slo/slo-row.ts'
import { sloCells, type Promises } from '../../slo-cells.ts'
import { dataTable } from '../data-table.ts'
import { boundBar } from './bound-bar.ts'
import { worstBoundFirst } from './bound-used.ts'
import { outcomeBadge } from './outcome-badge.ts'

/** A row, and the scenario it belongs to. */
export interface ScenarioSlo {
  /** `null` if the page has one scenario only. */
  readonly scenario: string | null
  readonly row: SloRow
  readonly promises?: Promises
}

/** Rows that are met are folded up beyond this many, because the worst come first. */
const MAX_ROWS = 12

/** Bounds as bars, the worst first. */
export function sloTable(caption: string, rows: readonly ScenarioSlo[]): VNode {
  const sorted = rows.toSorted((a, b) => worstBoundFirst(a.row, b.row))
  const open = sorted.filter(({ row }, at) => at < MAX_ROWS || row.outcome !== 'met')
  const folded = sorted.slice(open.length)
  return html`${table(caption, open)}
  ${
    folded.length === 0
      ? null
      : html`<details>
          <summary>${counted(folded.length, 'more row')}, all met</summary>
          ${table(`${caption}: further rows`, folded)}
        </details>`
  }`
}

function table(caption: string, rows: readonly ScenarioSlo[]): VNode | null {
  return dataTable({
    caption,
    kind: 'slos',
    columns: [
      { heading: 'SLO' },
      { heading: 'outcome' },
      { heading: 'measured', isFigure: true },
      { heading: 'bound', isFigure: true },
      { heading: 'of the bound used' },
    ],
    rows: rows.map(({ row }) => {
      // The remark says that it is a default.
      const { operation, metric, figure, bound } = sloCells({ ...row, isDefault: false })
      return [
        `${operation} ${metric}`,
        outcomeBadge(row.outcome),
        // Words may wrap, figures may not.
        row.measured === null ? html`<span class="wrapping">${figure}</span>` : figure,
        bound,
        boundBar(row),
      ]
    }),
    remarks: rows.map(remark),
  })
}

/** The scenario, and what is to be said of the figure and the bound. */
function remark({ scenario, row, promises }: ScenarioSlo): string | null {
  const parts = [scenario, sloCells(row, promises).notes, row.isDefault ? 'default bound' : '']
  const said = parts.filter((part) => part !== null && part !== '')
  return said.length === 0 ? null : said.join(' · ')
}
