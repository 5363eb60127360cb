import { formatFigure } from '../../format.ts'
import { formatRatio, type Figure, type MetricComparison } from '../decision/metric.ts'

/** A figure for display: `2.31 ms`, `100/s`, `0.12 %`; `~` marks one that stands for too few requests. */
export function formatMetric(figure: Figure, unit: MetricComparison['unit']): string {
  if (figure.value === null) return '–'
  return `${figure.isThin ? '~' : ''}${formatFigure(figure.value, unit === 'share' ? 'ratio' : unit)}`
}

/** Both figures and their ratio: `1.00 ms against 2.00 ms (2.00 ×)`. */
export function againstText(metric: MetricComparison): string {
  const { baseline, candidate, unit, ratio } = metric
  const figures = `${formatMetric(baseline, unit)} against ${formatMetric(candidate, unit)}`
  return ratio === null ? figures : `${figures} (${formatRatio(metric)})`
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
