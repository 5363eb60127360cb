/**
 * Codes of warnings about input from outside that was ignored, refused or repaired:
 * - `MALFORMED_MESSAGE`, `MALFORMED_RECEIPT`: not in the wire format (`docs/promises.md`)
 * - `FOREIGN_REPLY_SUBJECT`: the reply subject is not an inbox, so no reply was sent
 * - `FOREIGN_GATEWAY`: a registration names a gateway outside its namespace; nothing was sent there
 * - `BACKLOG_FULL`: handlers hold too many bytes of messages, so a message was refused
 * - `CORRUPT_RECORD`, `CORRUPT_LOG_ENTRY`: Redis holds data that no registry wrote
 * - `CLOCK_STEPPED_BACK`: the clock of Redis was set back
 * - `KEYS_LOST`: keys of the namespace were deleted or evicted
 * - `EVICTING_REDIS`: Redis may evict keys of the namespace
 * - `STREAM_LOST`: the JetStream stream or consumer of a durable gateway is gone
 * - `PERMISSION_DENIED`: NATS doesn't let this client publish or subscribe to a subject, or Redis denies a command that the registry can do without
 * - `CREDENTIALS_FAILED`: new credentials are unavailable or refused; the present ones stay in use
 */
export type RegistryWarningCode =
  | 'MALFORMED_MESSAGE'
  | 'MALFORMED_RECEIPT'
  | 'FOREIGN_REPLY_SUBJECT'
  | 'FOREIGN_GATEWAY'
  | 'BACKLOG_FULL'
  | 'CORRUPT_RECORD'
  | 'CORRUPT_LOG_ENTRY'
  | 'CLOCK_STEPPED_BACK'
  | 'KEYS_LOST'
  | 'EVICTING_REDIS'
  | 'STREAM_LOST'
  | 'CREDENTIALS_FAILED'
  | 'PERMISSION_DENIED'

/** One warning. */
export interface RegistryWarning {
  readonly code: RegistryWarningCode
  /** The problem, its place and its effect. */
  readonly message: string
  /** The number of warnings of this code so far, including this one. */
  readonly count: number
}

/** Receives each warning as it occurs. What it throws is reported by Node and stops nothing. */
export type WarningListener = (warning: RegistryWarning) => void

/** Minimum interval between Node warnings of one code, in ms; all warnings are counted. */
const EMIT_EVERY_MS = 10_000

/** Counts and reports invalid input from outside. Never throws. */
export class Warnings {
  readonly #listener: WarningListener
  readonly #counts = new Map<RegistryWarningCode, number>()

  /** @param listener receives every warning. Default: Node's `warning` event, at most every 10 s per code. */
  constructor(listener: WarningListener = emitter()) {
    this.#listener = listener
  }

  /** The number of warnings by code; codes without warnings are left out. */
  get counts(): ReadonlyMap<RegistryWarningCode, number> {
    return new Map(this.#counts)
  }

  warn(code: RegistryWarningCode, message: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1
    this.#counts.set(code, count)
    try {
      const returned: unknown = this.#listener({ code, message, count })
      // The listener may be `async`; its rejection would be unhandled.
      if (returned !== undefined) void Promise.resolve(returned).catch(tellFault)
    } catch (error) {
      // A throwing listener must not let input from outside stop anything.
      tellFault(error)
    }
  }
}

function tellFault(error: unknown): void {
  process.emitWarning(`onWarning threw: ${written(error)}`, 'RegistryWarning')
}

/** A thrown value may be anything, even an object that can't be converted to text. */
function written(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'a value that cannot be converted to text'
  }
}

function emitter(): WarningListener {
  const emittedAt = new Map<RegistryWarningCode, number>()
  return ({ code, message, count }) => {
    const now = performance.now()
    if (now - (emittedAt.get(code) ?? -Infinity) < EMIT_EVERY_MS) return
    emittedAt.set(code, now)
    const often = count > 1 ? ` (${count} of this kind so far)` : ''
    process.emitWarning(message + often, { type: 'RegistryWarning', code: `PRISM_${code}` })
  }
}
