import { EnvironmentError } from '../../environment/environment-error.ts'
import { misfitIn } from '../versions/incompatible.ts'
import type { PairFailure } from './pair-estimate.ts'

/**
 * Measures both versions in one process. If that fails, the baseline is measured against itself: what
 * fails there as well is no fault of the head.
 * @param measure with the project folder of the version that is called as the head.
 * @returns the measurement, or whose failure it was.
 * @throws EnvironmentError if the head can't be imported, the servers can't be reached, or the baseline's
 *   process against itself ends without a result; the signal's reason if it is aborted.
 */
export async function withControl<T extends { readonly kind: 'measured' }>(
  measure: (head: string) => Promise<T | PairFailure>,
  { base, head }: { readonly base: string; readonly head: string },
  signal: AbortSignal,
): Promise<T | PairFailure> {
  const ending = await endingOf(() => measure(head), signal)
  if (ending.kind === 'measured') return ending
  const control = await measure(base)
  if (control.kind === 'measured') {
    if (ending.arm === 'base' || ending.phase !== 'import') return ending
    throw new EnvironmentError(`head can't be imported: ${ending.error}`)
  }
  if (control.phase === 'connect' && misfitIn(control.error) === null) {
    throw new EnvironmentError(`base can't connect any more: ${control.error}`)
  }
  return { ...control, arm: 'base' }
}

/** A process that dies is taken as the head's failure, until the control dies as well. */
async function endingOf<T>(
  measure: () => Promise<T | PairFailure>,
  signal: AbortSignal,
): Promise<T | PairFailure> {
  try {
    return await measure()
  } catch (error) {
    if (signal.aborted || !(error instanceof EnvironmentError)) throw error
    return { kind: 'failed', arm: 'head', phase: 'call', error: error.message }
  }
}
