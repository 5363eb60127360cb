import { take, takeOptions, type Takes, wholeNumber } from './arguments.ts'
import { RegistryError } from './errors.ts'
import { validateGatewayName } from './names.ts'

/** The durability slot: lets a messenger send exactly-once and, with a name, receive exactly-once. */
export interface DurabilityOptions {
  /**
   * The name under which messages are stored while this messenger is away: 1 to 64 letters, digits, `-`
   * and `_`, unique among running messengers. Without a name, this messenger can only send.
   */
  readonly gatewayName?: string
  /**
   * How long messages are kept, in ms, 1 s to 30 days. The first registry that connects to a namespace
   * sets it; the default is one hour. Later, leave it out to adopt the value in force; a different value
   * is refused, because it would delete messages kept for others.
   */
  readonly retentionMs?: number
  /**
   * On how many servers of a NATS cluster a new stream keeps each message, 1 to 5. Default: 3 in a cluster of at
   * least 3 servers, else 1. A stream that exists keeps its own number; if that is lower, connecting is refused.
   */
  readonly replicas?: number
}

const DEFAULT_RETENTION_MS = 60 * 60_000
const MIN_RETENTION_MS = 1_000
const MAX_RETENTION_MS = 30 * 24 * 60 * 60_000
const MAX_DUPLICATE_WINDOW_MS = 2 * 60_000
/** The most that JetStream allows. */
const MAX_REPLICAS = 5

/** Checked durability options. */
export interface Durability {
  /** `null`: send only. */
  readonly gatewayName: string | null
  /** `null`: the retention in force. */
  readonly retentionMs: number | null
  /** `null`: as many as the servers allow, up to 3. */
  readonly replicas: number | null
}

/** The retention in force for all members of a namespace. */
export interface Retention {
  /** How long messages are kept, in ms; `Infinity` for ever. */
  readonly retentionMs: number
  /** How long a repeated publication is recognised, which bounds an exactly-once send, in ms. */
  readonly duplicateWindowMs: number
}

const takes: Takes<DurabilityOptions> = {
  gatewayName: validateGatewayName,
  retentionMs: take(
    (value): value is number =>
      typeof value === 'number' && value >= MIN_RETENTION_MS && value <= MAX_RETENTION_MS,
    `a number of ms from ${MIN_RETENTION_MS} (1 s) to ${MAX_RETENTION_MS} (30 days)`,
  ),
  replicas: wholeNumber(1, MAX_REPLICAS),
}

/** @throws RegistryError `INVALID_ARGUMENT` */
export function takeDurability(options: unknown): DurabilityOptions {
  return takeOptions(options, 'durability', takes)
}

/** @throws RegistryError `INVALID_ARGUMENT` */
export function durabilityOf(options: DurabilityOptions): Durability {
  const { gatewayName = null, retentionMs = null, replicas = null } = takeDurability(options)
  return { gatewayName, retentionMs, replicas }
}

/** The retention set by the first registry that connects. */
export function newRetention(retentionMs: number | null): Retention {
  const inForceMs = retentionMs ?? DEFAULT_RETENTION_MS
  return {
    retentionMs: inForceMs,
    duplicateWindowMs: Math.min(MAX_DUPLICATE_WINDOW_MS, inForceMs),
  }
}

/**
 * Refuses a retention other than the one in force.
 * @param place names the stream or broker in the message.
 * @param change says how to change its retention.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function checkRetention(
  askedMs: number | null,
  inForce: Retention,
  place: string,
  change: string,
): void {
  if (askedMs === null || askedMs === inForce.retentionMs) return
  const found = Number.isFinite(inForce.retentionMs) ? `for ${inForce.retentionMs} ms` : 'for ever'
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `durability.retentionMs is ${askedMs}, but ${place} keeps messages ${found} for all its users. Leave retentionMs out to adopt that, or ${change}.`,
  )
}
