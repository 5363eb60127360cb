import type { RedisConnection } from './connection.ts'
import type { LogPosition } from './log.ts'

/** How long Redis blocks a read that finds nothing, in ms. */
const HOLD_MS = 1000

/** The source and the callbacks of a doorbell. */
export interface DoorbellSettings {
  readonly connect: () => Promise<RedisConnection>
  /** How long a server may not answer before it counts as lost, in ms. */
  readonly timeoutMs: number
  readonly log: string
  readonly onRing: () => void
  /** Receives the client's error if the user lacks permission; then the bell never rings. */
  readonly onDenied: (error: Error) => void
}

/**
 * Rings when the log gains an entry: a blocking read on its own connection, opened when the bell is first
 * armed. A ring is only a hint: the owner reads the log, and polls while the bell is out of order.
 */
export class Doorbell {
  readonly #settings: DoorbellSettings
  readonly #holdMs: number
  #connection: RedisConnection | null = null
  #isArmed = false
  #isClosed = false

  constructor(settings: DoorbellSettings) {
    this.#settings = settings
    this.#holdMs = Math.max(1, Math.min(HOLD_MS, Math.floor(settings.timeoutMs / 2)))
  }

  /** Rings once: when the log has an entry after `position`, or after 1 s without one. */
  arm(position: LogPosition | null): void {
    if (this.#isArmed || this.#isClosed) return
    this.#isArmed = true
    void this.#listen(position).then((hasRung) => {
      this.#isArmed = false
      if (hasRung && !this.#isClosed) this.#settings.onRing()
    })
  }

  close(): void {
    this.#isClosed = true
    this.#connection?.client.disconnect()
  }

  async #listen(position: LogPosition | null): Promise<boolean> {
    try {
      const { client } = (this.#connection ??= await this.#connect())
      const { log } = this.#settings
      await client.xread(
        ...(['COUNT', 1, 'BLOCK', this.#holdMs, 'STREAMS', log, position?.id ?? '0-0'] as const),
      )
      return true
    } catch (error) {
      // Retrying would only fill the server's log of refusals.
      if (error instanceof Error && error.message.startsWith('NOPERM')) {
        this.close()
        this.#settings.onDenied(error)
      }
      return false
    }
  }

  async #connect(): Promise<RedisConnection> {
    const connection = await this.#settings.connect()
    if (this.#isClosed) connection.client.disconnect()
    return connection
  }
}
