import { formatFigure } from '../format.ts'
import type { Figure, MetricComparison } from './metric.ts'

/** A figure as it is read: `2.31 ms`, `100/s`, `0.12 %`, with a `~` before one that too few requests gave. */
export function formatMetric(figure: Figure, unit: MetricComparison['unit']): string {
  if (figure.value === null) return '–'
  return `${figure.isThin ? '~' : ''}${formatFigure(figure.value, unit === 'share' ? 'ratio' : unit)}`
}

/** Candidate / baseline, as `1.04 ×`. */
export function formatRatio({ ratio, baseline, candidate }: MetricComparison): string {
  if (ratio === null) return '–'
  const isThin = baseline.isThin || candidate.isThin
  const digits = ratio >= 100 ? ratio.toPrecision(3) : ratio.toFixed(2)
  return `${isThin ? '~' : ''}${digits} ×`
}

/** What a mark says beside its figures; empty if it says nothing. */
export function formatMark({ mark }: MetricComparison): string {
  switch (mark.kind) {
    case 'worth a look':
      return `worth a look: ${mark.direction}`
    case 'not judged':
      return 'not judged'
    case 'within spread':
    case 'shown':
      return ''
  }
}
