import { take, takeOptions, type Takes } from './arguments.ts'
import { RegistryError } from './errors.ts'
import { validateGatewayName } from './names.ts'

/** The durability slot: lets a messenger send exactly-once, and receive it if it has a name. */
export interface DurabilityOptions {
  /**
   * The name under which messages are kept while this messenger is away: letters, digits, `-` and
   * `_`, at most 64; one running messenger a name. Without it this messenger can only send.
   */
  readonly gatewayName?: string
  /**
   * How long messages are kept, in ms, 1 s to 30 days. The first registry to connect to a namespace sets
   * it, by default to one hour. Leave it out afterwards to adopt the one in force; a different
   * value is refused, because it would delete messages kept for others.
   */
  readonly retentionMs?: number
}

const DEFAULT_RETENTION_MS = 60 * 60_000
const MIN_RETENTION_MS = 1_000
const MAX_RETENTION_MS = 30 * 24 * 60 * 60_000
const MAX_DUPLICATE_WINDOW_MS = 2 * 60_000

/** Durability options, checked. */
export interface Durability {
  /** `null`: send only. */
  readonly gatewayName: string | null
  /** `null`: the one in force. */
  readonly retentionMs: number | null
}

/** The retention in force for everybody in a namespace. */
export interface Retention {
  /** How long messages are kept, in ms; `Infinity` if for ever. */
  readonly retentionMs: number
  /** How long a repeated publication is recognised: the longest exactly-once send, in ms. */
  readonly duplicateWindowMs: number
}

const takes: Takes<DurabilityOptions> = {
  gatewayName: validateGatewayName,
  retentionMs: take(
    (value): value is number =>
      typeof value === 'number' && value >= MIN_RETENTION_MS && value <= MAX_RETENTION_MS,
    `a number of ms from ${MIN_RETENTION_MS} (1 s) to ${MAX_RETENTION_MS} (30 days)`,
  ),
}

/** @throws RegistryError `INVALID_ARGUMENT` */
export function takeDurability(options: unknown): DurabilityOptions {
  return takeOptions(options, 'durability', takes)
}

/** @throws RegistryError `INVALID_ARGUMENT` */
export function durabilityOf(options: DurabilityOptions): Durability {
  const { gatewayName = null, retentionMs = null } = takeDurability(options)
  return { gatewayName, retentionMs }
}

/** The retention that the first registry to connect sets. */
export function newRetention(retentionMs: number | null): Retention {
  const inForceMs = retentionMs ?? DEFAULT_RETENTION_MS
  return {
    retentionMs: inForceMs,
    duplicateWindowMs: Math.min(MAX_DUPLICATE_WINDOW_MS, inForceMs),
  }
}

/**
 * Refuses a retention other than the one in force.
 * @param place what has the retention, for the message.
 * @param change how to change it there.
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
    `durability.retentionMs is ${askedMs}, but ${place} keeps messages ${found}, for everybody who uses it. Leave retentionMs out to adopt that, or ${change}.`,
  )
}
