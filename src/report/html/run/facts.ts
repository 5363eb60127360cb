import { html } from 'htm/preact'
import type { ComponentChildren, VNode } from 'preact'

/** A name and its value; left out where the value is `null`. */
export type Fact = readonly [name: string, value: ComponentChildren]

/** Names and values, side by side. */
export function factList(kind: 'facts' | 'tiles', facts: readonly Fact[]): VNode {
  return html`<dl class=${kind}>
    ${facts
      .filter(([, value]) => value !== null)
      .map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
  </dl>`
}
