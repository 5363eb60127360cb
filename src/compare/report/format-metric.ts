import { formatFigure } from '../../format.ts'
import type { Figure, MetricComparison } from '../decision/metric.ts'

/** A figure as it is read: `2.31 ms`, `100/s`, `0.12 %`, with a `~` before one that too few requests gave. */
export function formatMetric(figure: Figure, unit: MetricComparison['unit']): string {
  if (figure.value === null) return '–'
  return `${figure.isThin ? '~' : ''}${formatFigure(figure.value, unit === 'share' ? 'ratio' : unit)}`
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
