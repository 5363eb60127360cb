/**
 * Something from outside that was wrong, and was left out, refused or repaired rather than believed:
 * - `MALFORMED_MESSAGE`, `MALFORMED_RECEIPT`: not in the wire format (`docs/promises.md`)
 * - `FOREIGN_REPLY_SUBJECT`: a reply was asked for at a subject that is not an inbox, and not sent
 * - `FOREIGN_GATEWAY`: a registration names a gateway that is not one of its namespace; nothing was sent there
 * - `BACKLOG_FULL`: handlers hold too many bytes of messages, so that a message was refused
 * - `CORRUPT_RECORD`, `CORRUPT_LOG_ENTRY`: Redis holds what no registry has written
 * - `CLOCK_STEPPED_BACK`: the clock of Redis did
 * - `KEYS_LOST`: keys of the namespace were deleted or evicted
 * - `EVICTING_REDIS`: Redis may evict keys of the namespace
 * - `STREAM_LOST`: the JetStream stream or consumer of a durable gateway is gone
 * - `PERMISSION_DENIED`: NATS doesn't let this client publish or subscribe to a subject
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
  | 'PERMISSION_DENIED'

/** One occurrence. */
export interface RegistryWarning {
  readonly code: RegistryWarningCode
  /** What was wrong, where, and what became of it. */
  readonly message: string
  /** How often there was a warning of this code so far, this one included. */
  readonly count: number
}

export type WarningListener = (warning: RegistryWarning) => void

/** How often Node's own warnings tell of one code, in ms; all are counted. */
const EMIT_EVERY_MS = 10_000

/** Counts what was wrong with what came from outside, and tells of it. Never throws. */
export class Warnings {
  readonly #listener: WarningListener
  readonly #counts = new Map<RegistryWarningCode, number>()

  /** @param listener told of every warning. By default Node's `warning` event, every 10 s for each code at most. */
  constructor(listener: WarningListener = emitter()) {
    this.#listener = listener
  }

  /** How often there was a warning of each code; codes without any are left out. */
  get counts(): ReadonlyMap<RegistryWarningCode, number> {
    return new Map(this.#counts)
  }

  warn(code: RegistryWarningCode, message: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1
    this.#counts.set(code, count)
    try {
      const returned: unknown = this.#listener({ code, message, count })
      // An `async` function fits too, and its rejection would be nobody's.
      if (returned !== undefined) void Promise.resolve(returned).catch(tellFault)
    } catch (error) {
      tellFault(error)
    }
  }
}

/** A listener's fault is its own: what it was told of came from outside, and must not stop anything. */
function tellFault(error: unknown): void {
  process.emitWarning(`onWarning threw: ${written(error)}`, 'RegistryWarning')
}

/** What was thrown may be anything, also an object that can't be made text. */
function written(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'what it threw has no text'
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
