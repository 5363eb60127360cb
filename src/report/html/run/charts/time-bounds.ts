import { formatBound } from '../../../../format-bound.ts'
import type { Bound as SloBound } from '../../../../load/slo/slo.ts'
import type { Bound } from '../../chart.ts'

/** The lines of an operation's bounds on a time: its own, or the whole workload's. */
export function timeBounds(
  bounds: readonly SloBound[],
  metric: 'response' | 'completion',
  operation: string,
): readonly Bound[] {
  const lines = bounds.flatMap((bound): readonly Bound[] => {
    if (bound.kind !== 'time' || bound.metric !== metric) return []
    if (bound.operation !== null && bound.operation !== operation) return []
    const every = bound.everyMs === null ? '' : ` every ${bound.everyMs / 1_000} s`
    const label = `${bound.percentile.label}${every} < ${formatBound(bound.belowMs, 'ms')}`
    return [{ axis: 'y', at: bound.belowMs, label }]
  })
  return [...new Map(lines.map((line) => [line.label, line])).values()]
}
