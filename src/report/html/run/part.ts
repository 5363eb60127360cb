import type { ComponentChildren } from 'preact'
import type { Chart } from '../chart.ts'

/** A part of a page: its markup, and the charts that it has figures of. */
export interface Part {
  readonly body: ComponentChildren
  readonly charts: readonly Chart[]
}

export const NOTHING: Part = { body: null, charts: [] }

/** The charts of several parts, in order. */
export function chartsOf(parts: readonly Part[]): readonly Chart[] {
  return parts.flatMap(({ charts }) => charts)
}
