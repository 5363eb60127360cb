import type { DeliveryTarget, SendOptions } from './messenger.ts'
import { settledWithin, unlessAborted } from './waiting.ts'
import type { NumberedTarget } from './targets/target-set.ts'

/** How long the answer may take, in ms. */
const PATIENCE_MS = 1_000

/**
 * The open targets of a multicast before a resend, at their current gateways, in the order of
 * `known`. If the look-up fails or takes too long, `known` itself.
 * @param until when it is too late to send, by `performance.now()`, in ms.
 * @throws the reason of the signal once it is aborted.
 */
export async function lookUpOpen(
  { lookUp, signal }: Pick<SendOptions, 'lookUp' | 'signal'>,
  known: readonly NumberedTarget[],
  until: number,
): Promise<readonly NumberedTarget[]> {
  if (lookUp === undefined) return known
  let found: readonly DeliveryTarget[] | null = null
  const ask = async (): Promise<void> => {
    found = await lookUp(known.map(({ identity }) => identity))
  }
  const patienceMs = Math.max(0, Math.min(PATIENCE_MS, until - performance.now()))
  await settledWithin([unlessAborted(signal, ask)], patienceMs)
  signal?.throwIfAborted()
  return found === null ? known : atCurrentGateways(known, found)
}

function atCurrentGateways(
  known: readonly NumberedTarget[],
  found: readonly DeliveryTarget[],
): readonly NumberedTarget[] {
  const gateways = new Map(found.map(({ identity, gateway }) => [identity, gateway]))
  return known.flatMap(({ identity, number }) => {
    const gateway = gateways.get(identity)
    return gateway === undefined ? [] : [{ identity, gateway, number }]
  })
}
