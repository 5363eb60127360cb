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

/**
 * Sorts targets into lanes and enters new ones; each identity is taken once. A name that can't travel
 * with others has failed.
 */
export async function groupIntoLanes(
  targets: readonly DeliveryTarget[],
  statuses: DeliveryStatuses,
  budget: EventLoopBudget,
): Promise<readonly Lane[]> {
  return group(targets, budget, (identity) => {
    if (!statuses.enter(identity)) return false
    if (canTravel(identity)) return true
    statuses.settle(identity, false)
    return false
  })
}

/** Lanes of the open ones among these targets, each once, for a resend. */
export async function groupOpen(
  targets: readonly DeliveryTarget[],
  statuses: DeliveryStatuses,
  budget: EventLoopBudget,
): Promise<readonly Lane[]> {
  const taken = new Set<string>()
  return group(targets, budget, (identity) => {
    if (!statuses.isOpen(identity) || taken.has(identity) || !canTravel(identity)) return false
    taken.add(identity)
    return true
  })
}

/** Names are lines of a message; no identity has a line feed. */
function canTravel(identity: string): boolean {
  return identity !== '' && !identity.includes('\n')
}

async function group(
  targets: readonly DeliveryTarget[],
  budget: EventLoopBudget,
  take: (identity: string) => boolean,
): Promise<readonly Lane[]> {
  const lanes = new Map<string | null, Lane>()
  let lane: Lane | undefined
  let index = 0
  for (const { identity, gateway } of targets) {
    index += 1
    if (index % 256 === 0 && budget.exhausted) await budget.renew()
    if (!take(identity)) continue
    // Neighbours often share a gateway, and a hash of its long name is what this takes longest for.
    if (lane === undefined || lane.gateway !== gateway) {
      lane = lanes.get(gateway)
      if (lane === undefined) {
        lane = { gateway, identities: [], next: 0, unansweredBytes: 0, parked: false }
        lanes.set(gateway, lane)
      }
    }
    lane.identities.push(identity)
  }
  return [...lanes.values()]
}

/** The open targets of lanes, as they were grouped; those first that were not sent to yet. */
export function openTargets(
  lanes: readonly Lane[],
  statuses: DeliveryStatuses,
): readonly DeliveryTarget[] {
  const open = (from: (lane: Lane) => readonly string[]): readonly DeliveryTarget[] =>
    lanes.flatMap((lane) =>
      from(lane)
        .filter((identity) => statuses.isOpen(identity))
        .map((identity) => ({ identity, gateway: lane.gateway })),
    )
  return [
    ...open(({ identities, next }) => identities.slice(next)),
    ...open(({ identities, next }) => identities.slice(0, next)),
  ]
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
