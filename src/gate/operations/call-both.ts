import type { Both, VersionName } from '../versions/both.ts'
import type { ReadyOperation } from './operations.ts'

/** An operation of both versions, ready to be called alternately. */
export type Calls = Both<Pick<ReadyOperation, 'call'>>

/** Both versions in a freshly drawn order. */
export function inDrawnOrder(): readonly [VersionName, VersionName] {
  return Math.random() < 0.5 ? ['baseline', 'candidate'] : ['candidate', 'baseline']
}

/** Takes one step per version, in a freshly drawn order. */
export async function forBoth<T>(step: (version: VersionName) => Promise<T>): Promise<Both<T>> {
  const [first, second] = inDrawnOrder()
  const ofFirst = await step(first)
  const ofSecond = await step(second)
  return first === 'baseline'
    ? { baseline: ofFirst, candidate: ofSecond }
    : { baseline: ofSecond, candidate: ofFirst }
}

/**
 * Calls each version once. The order is drawn per pair, so that no garbage collection, timer or
 * neighbouring process keeps step with one version.
 * @returns how long each version's call took, in ms.
 */
export function callBoth(calls: Calls): Promise<Both<number>> {
  return forBoth((version) => calls[version].call())
}
