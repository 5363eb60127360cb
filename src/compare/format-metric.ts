import { formatMs } from '../load/duration.ts'
import type { Figure, MetricComparison } from './metric.ts'

/** A figure as it is read: `2.31 ms`, `100/s`, `0.12 %`, with a `~` before one that too few requests gave. */
export function formatFigure(figure: Figure, unit: MetricComparison['unit']): string {
  if (figure.value === null) return '–'
  return `${figure.isThin ? '~' : ''}${formatValue(figure.value, unit)}`
}

function formatValue(value: number, unit: MetricComparison['unit']): string {
  switch (unit) {
    case 'ms':
      return formatMs(value)
    case '1/s':
      return `${value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3)}/s`
    case 'share':
      return `${roundedDown(value * 100)} %`
  }
}

/** So that 99.9996 % delivered never reads 100 %; and no error rate above 0 reads 0 %. */
function roundedDown(percent: number): string {
  if (percent > 0 && percent < 0.001) return '< 0.001'
  return String(Math.floor(percent * 1_000 + 1e-6) / 1_000)
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
