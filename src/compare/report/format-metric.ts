import { formatFigure } from '../../format.ts'
import type { Figure, MetricComparison } from '../decision/metric.ts'

/** A figure for display: `2.31 ms`, `100/s`, `0.12 %`; `~` marks one that stands for too few requests. */
export function formatMetric(figure: Figure, unit: MetricComparison['unit']): string {
  if (figure.value === null) return '–'
  return `${figure.isThin ? '~' : ''}${formatFigure(figure.value, unit === 'share' ? 'ratio' : unit)}`
}

/** The mark's text beside its figures; may be empty. */
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
