import { InputError } from '../../input-error.ts'
import type { LoadModel } from '../load-model.ts'
import type { Bound } from './slo.ts'

/**
 * Checks that nothing is asked of the rate of a load that has none of its own. Users who wait for
 * answers send what the system lets them, so a throughput would be a bound on think times as well, and
 * one that is missed would say neither that the system can't take more nor that it was offered more.
 * @throws InputError for a throughput bound on a closed load.
 */
export function checkHasRate(bounds: readonly Bound[], model: LoadModel['kind']): void {
  if (model === 'open' || bounds.every(({ kind }) => kind !== 'throughput')) return
  throw new InputError(
    'SLO: throughput: a load of users has no rate that it could hold the system to: how many requests it sends follows from answers and think times. Bound response or successRate instead; for a rate, give the load arrivals, such as constant(100), in place of users.',
  )
}
