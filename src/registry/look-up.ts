import type { DeliveryStatuses } from './delivery-statuses.ts'
import type { DeliveryTarget, SendOptions } from './messenger.ts'
import { settledWithin } from './settled-within.ts'

/** How long the answer may take, in ms. */
const PATIENCE_MS = 1_000

/**
 * The open targets of a multicast before they are sent to again: where they are now, those first that
 * come first in `known`. If that can't be told in time, `known` itself.
 * @param until when it is too late to send, by `performance.now()`, in ms.
 */
export async function lookUpOpen(
  lookUp: SendOptions['lookUp'],
  known: readonly DeliveryTarget[],
  statuses: DeliveryStatuses,
  until: number,
): Promise<readonly DeliveryTarget[]> {
  if (lookUp === undefined) return known
  let found: readonly DeliveryTarget[] | null = null
  const ask = async (): Promise<void> => {
    found = await lookUp(statuses.open())
  }
  await settledWithin([ask()], Math.max(0, Math.min(PATIENCE_MS, until - performance.now())))
  return found === null ? known : inOrderOf(known, found)
}

function inOrderOf(
  known: readonly DeliveryTarget[],
  found: readonly DeliveryTarget[],
): readonly DeliveryTarget[] {
  const rest = new Map(found.map((target) => [target.identity, target]))
  const first: DeliveryTarget[] = []
  for (const { identity } of known) {
    const target = rest.get(identity)
    if (target === undefined) continue
    first.push(target)
    rest.delete(identity)
  }
  return [...first, ...rest.values()]
}
