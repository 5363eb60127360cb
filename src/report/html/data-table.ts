import { html } from 'htm/preact'
import type { ComponentChildren, VNode } from 'preact'

/** A column of a table: its heading, and whether it holds figures, which are aligned to the right. */
export interface TableColumn {
  readonly heading: string
  readonly isFigure?: boolean
}

/** A table of a page. */
export interface TableContent {
  /** The table's caption. */
  readonly caption: string
  readonly columns: readonly TableColumn[]
  /** One cell per column; the first one heads its row. */
  readonly rows: readonly (readonly ComponentChildren[])[]
  /** A remark on each row, across all columns below it; `null` for none. */
  readonly remarks?: readonly ComponentChildren[]
  /** A remark below the table. */
  readonly note?: ComponentChildren
  /** A class of the table. */
  readonly kind?: string
}

/** A table that scrolls by itself where it is wider than the page; `null` without rows. */
export function dataTable(content: TableContent): VNode | null {
  const { caption, columns, rows, remarks, note, kind } = content
  if (rows.length === 0) return null
  return html`<div class="table" role="group" aria-label=${caption} tabindex="0">
      <table class=${kind ?? null}>
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            ${columns.map(
              ({ heading, isFigure }) =>
                html`<th scope="col" class=${isFigure === true ? 'figure' : null}>${heading}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (cells, row) =>
              html`<tr>
                  ${cells.map((cell, at) => dataCell(cell, at, columns[at]))}
                </tr>
                ${remarkRow(remarks?.[row] ?? null, columns.length)}`,
          )}
        </tbody>
      </table>
    </div>
    ${note === undefined ? null : html`<p class="note">${note}</p>`}`
}

function remarkRow(remark: ComponentChildren, columns: number): VNode | null {
  return remark === null
    ? null
    : html`<tr class="remark">
        <td colspan=${columns}>${remark}</td>
      </tr>`
}

function dataCell(cell: ComponentChildren, at: number, column: TableColumn | undefined): VNode {
  const kind = column?.isFigure === true ? 'figure' : null
  return at === 0
    ? html`<th scope="row" class=${kind}>${cell}</th>`
    : html`<td class=${kind}>${cell}</td>`
}
