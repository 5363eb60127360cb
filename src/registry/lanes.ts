import type { DeliveryStatuses } from './delivery-statuses.ts'
import type { EventLoopBudget } from './event-loop-budget.ts'
import type { DeliveryTarget } from './messenger.ts'

/** The targets of a gateway message take at least this many bytes, if the server's limit allows. */
const MIN_LIST_BYTES = 16 * 1024

/** Targets that are reached in one way: through one gateway, or (`null`) by their own subjects. */
export interface Lane {
  readonly gateway: string | null
  readonly identities: string[]
  /** Index of the first identity that is not sent to yet. */
  next: number
  /** What is on the way to the gateway without a receipt, in bytes. */
  unansweredBytes: number
  /** Whether it waits for receipts before more is sent. */
  parked: boolean
}

/** Sorts targets into lanes and enters new ones; each identity is taken once. */
export async function groupIntoLanes(
  targets: readonly DeliveryTarget[],
  statuses: DeliveryStatuses,
  budget: EventLoopBudget,
): Promise<readonly Lane[]> {
  const lanes = new Map<string | null, Lane>()
  for (const [index, { identity, gateway }] of targets.entries()) {
    if (index % 256 === 255 && budget.exhausted) await budget.renew()
    if (!statuses.enter(identity)) continue
    let lane = lanes.get(gateway)
    if (lane === undefined) {
      lane = { gateway, identities: [], next: 0, unansweredBytes: 0, parked: false }
      lanes.set(gateway, lane)
    }
    lane.identities.push(identity)
  }
  return [...lanes.values()]
}

/** The lanes of a resend: what of these was not delivered. */
export function undeliveredLanes(
  lanes: readonly Lane[],
  statuses: DeliveryStatuses,
): readonly Lane[] {
  const open = lanes.map((lane) => ({
    ...lane,
    identities: lane.identities.filter((identity) => !statuses.delivered(identity)),
    next: 0,
    unansweredBytes: 0,
    parked: false,
  }))
  return open.filter(({ identities }) => identities.length > 0)
}

/**
 * Takes the identities of a lane's next gateway message: as many as fit, with the payload, into
 * what the server takes, and so many that the payload is not most of what is sent. None if not even
 * one fits.
 */
export function takeBatch(lane: Lane, room: number, payloadBytes: number): readonly string[] {
  const maxBytes = Math.min(room, Math.max(MIN_LIST_BYTES, payloadBytes))
  const start = lane.next
  let bytes = -1
  for (; lane.next < lane.identities.length; lane.next += 1) {
    bytes += Buffer.byteLength(lane.identities[lane.next] ?? '') + 1
    if (bytes > maxBytes) break
  }
  return lane.identities.slice(start, lane.next)
}
