import { rowOf } from '../../../load/slo/bound-row.ts'
import type { Bound } from '../../../load/slo/slo.ts'
import { worstFirst, type SloRow } from '../../../load/slo/slo-row.ts'
import {
  bucketAtPercentile,
  roughPercentileMs,
  sumOfSparse,
} from '../../../load/recording/sparse-counts.ts'
import { total } from '../../../load/totals.ts'
import type { OperationSoFar } from './live-load.ts'

/**
 * Judges the bounds on response times and success rates of a load that runs, worst first: the others depend on
 * what is known only at its end. A time counts as missed where the coarse histogram leaves no doubt.
 */
export function sloSoFar(
  bounds: readonly Bound[],
  operations: ReadonlyMap<string, OperationSoFar>,
): readonly SloRow[] {
  return bounds
    .flatMap((bound) => {
      if (bound.kind !== 'time' && bound.kind !== 'success rate') return []
      if (bound.everyMs !== null) return []
      const concerned = [...operations].flatMap(([name, figures]) =>
        bound.operation === null || bound.operation === name ? [figures] : [],
      )
      const judged = judge(bound, concerned)
      if (judged === null) return []
      const row = rowOf(bound, [...operations.keys()])
      return { ...row, ...judged, punctual: null, isDefault: bound.isDefault, windows: null }
    })
    .toSorted(worstFirst)
}

function judge(
  bound: Extract<Bound, { readonly kind: 'time' | 'success rate' }>,
  operations: readonly OperationSoFar[],
): Pick<SloRow, 'measured' | 'outcome'> | null {
  if (bound.kind === 'time') {
    if (bound.metric !== 'response') return null
    const response = sumOfSparse(operations.map((one) => one.response))
    const measured = roughPercentileMs(response, bound.percentile.value)
    const atLeastMs = bucketAtPercentile(response, bound.percentile.value)?.fromMs ?? 0
    if (measured === null) return null
    return { measured, outcome: atLeastMs >= bound.belowMs ? 'missed' : 'met' }
  }
  const ok = total(operations, (one) => one.ok)
  const ended = ok + total(operations, (one) => one.notOk)
  if (ended === 0) return null
  const measured = ok / ended
  const isMet = bound.above === 1 ? measured === 1 : measured > bound.above
  return { measured, outcome: isMet ? 'met' : 'missed' }
}
