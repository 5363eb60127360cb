import { html } from 'htm/preact'
import type { ComponentChildren, VNode } from 'preact'

/** A column of a table: figures are aligned on the right. */
export interface DataColumn {
  readonly heading: string
  readonly align: 'left' | 'right'
}

export function left(heading: string): DataColumn {
  return { heading, align: 'left' }
}

/** A column of figures. */
export function right(heading: string): DataColumn {
  return { heading, align: 'right' }
}

/** A row's cells in the order of the columns; the first names the row. */
export type DataRow = readonly ComponentChildren[]

/**
 * A table with a caption, whose first column heads its rows. On a narrow screen it scrolls by itself, so
 * that the page doesn't; `null` without rows.
 */
export function dataTable(
  caption: string,
  columns: readonly DataColumn[],
  rows: readonly DataRow[],
): VNode | null {
  if (rows.length === 0) return null
  // A group, not a region: regions are landmarks, of which a page has few.
  return html`<div class="table" tabindex="0" role="group" aria-label=${caption}>
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(
            ({ heading, align }) => html`<th scope="col" class=${align}>${heading}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell, i) =>
                i === 0
                  ? html`<th scope="row" class=${columns[i]?.align ?? 'left'}>${cell}</th>`
                  : html`<td class=${columns[i]?.align ?? 'left'}>${cell}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
