import { html } from 'htm/preact'
import type { VNode } from 'preact'

/** How something ended, for all outcomes of rows, scenarios and measurements. */
export type Ending = keyof typeof SIGNS

/** A sign tells them apart without colour. */
const SIGNS = {
  met: ['good', '✓'],
  passed: ['good', '✓'],
  // A shard: what it is worth shows when all are merged.
  measured: ['doubtful', '…'],
  valid: ['good', '✓'],
  missed: ['bad', '✕'],
  failed: ['bad', '✕'],
  broken: ['bad', '✕'],
  inconclusive: ['doubtful', '?'],
  invalid: ['doubtful', '?'],
  degraded: ['doubtful', '!'],
  interrupted: ['doubtful', '!'],
  skipped: ['doubtful', '–'],
} as const

/** An outcome in a word, with its sign and colour. */
export function outcomeBadge(ending: Ending, word: string = ending): VNode {
  const [tone, sign] = SIGNS[ending]
  return html`<span class=${`badge ${tone}`}
    ><span aria-hidden="true">${sign}</span> <span class="word">${word}</span></span
  >`
}

/** The colour of an outcome, as a class. */
export function toneOf(ending: Ending): (typeof SIGNS)[Ending][0] {
  return SIGNS[ending][0]
}
