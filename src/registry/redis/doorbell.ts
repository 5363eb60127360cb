import type { RedisConnection } from './connection.ts'
import type { LogPosition } from './log.ts'

/** How long Redis holds a read that finds nothing, in ms. */
const HOLD_MS = 1000

/** What a doorbell listens to, and what it calls. */
export interface DoorbellSettings {
  readonly connect: () => Promise<RedisConnection>
  /** A server that doesn't answer for this long counts as lost, in ms. */
  readonly timeoutMs: number
  readonly log: string
  readonly onRing: () => void
}

/**
 * Rings when the log gains an entry, by a blocking read. That needs a connection of its own, which is
 * opened when the bell is armed first. It is a hint only: what the log says is read elsewhere, and
 * while the bell is out of order its owner looks from time to time.
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

  /** Rings once: when there is an entry after `position`, or after a second without one. */
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
      // Asking again would only fill the server's log of refusals.
      if (error instanceof Error && error.message.startsWith('NOPERM')) this.close()
      return false
    }
  }

  async #connect(): Promise<RedisConnection> {
    const connection = await this.#settings.connect()
    if (this.#isClosed) connection.client.disconnect()
    return connection
  }
}
