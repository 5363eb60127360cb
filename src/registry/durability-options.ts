import { RegistryError } from './errors.ts'
import { validateGatewayName } from './gateway-name.ts'

/** The durability slot: lets a messenger send exactly-once, and receive it if it has a name. */
export interface DurabilityOptions {
  /**
   * The name under which messages are kept while this messenger is away: letters, digits, `-` and
   * `_`, at most 64; one running messenger a name. Without it this messenger can only send.
   */
  readonly gatewayName?: string
  /** How long messages are kept, in ms, 1 s to 30 days; one hour by default. */
  readonly retentionMs?: number
}

const DEFAULT_RETENTION_MS = 60 * 60_000
const MAX_RETENTION_MS = 30 * 24 * 60 * 60_000
const MAX_DUPLICATE_WINDOW_MS = 2 * 60_000

/** Durability options with every value filled in. */
export interface Durability {
  /** `null`: send only. */
  readonly gatewayName: string | null
  readonly retentionMs: number
  /** How long a message that is sent again is recognised: the longest exactly-once send, in ms. */
  readonly duplicateWindowMs: number
}

/** @throws RegistryError `INVALID_ARGUMENT` */
export function durabilityOf(options: DurabilityOptions): Durability {
  const { gatewayName = null, retentionMs = DEFAULT_RETENTION_MS } = options
  if (gatewayName !== null) validateGatewayName(gatewayName, 'durability.gatewayName')
  if (!(retentionMs >= 1_000 && retentionMs <= MAX_RETENTION_MS)) {
    throw new RegistryError(
      'INVALID_ARGUMENT',
      `durability.retentionMs is ${retentionMs}; it must be from 1000 (1 s) to ${MAX_RETENTION_MS} (30 days).`,
    )
  }
  return {
    gatewayName,
    retentionMs,
    duplicateWindowMs: Math.min(MAX_DUPLICATE_WINDOW_MS, retentionMs),
  }
}
