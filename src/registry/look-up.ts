import type { DeliveryTarget, SendOptions } from './messenger.ts'
import { settledWithin, unlessAborted } from './waiting.ts'
import type { NumberedTarget } from './targets/target-set.ts'

/** How long a look-up may take, in ms. */
const PATIENCE_MS = 1_000

/**
 * Looks up the current gateways of open targets before a resend; keeps the order of `known`. Returns
 * `known` if the look-up fails or takes too long.
 * @param until the deadline of the send, by `performance.now()`, in ms.
 * @throws the signal's reason if the signal is aborted.
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
