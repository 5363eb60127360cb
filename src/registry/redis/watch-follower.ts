import { RegistryError } from '../errors.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import type { WatchRequest } from '../store.ts'
import { WakeUp } from '../waiting.ts'
import type { Warnings } from '../warnings.ts'
import { Watch } from '../watch/watch.ts'
import type { WatchStream } from '../watch/watch-event.ts'
import { WatchTokens } from '../watch/watch-token.ts'
import type { RedisConnection } from './connection.ts'
import { Doorbell } from './doorbell.ts'
import type { NamespaceKeys } from './keys.ts'
import { positionFrom, positionPattern, positionText } from './log.ts'
import type { Replica } from './replica.ts'
import { touchedSince } from './touched-since.ts'

/** How often to read the log without a ring of the doorbell, in ms; the bell rings at least every second. */
const LOOK_EVERY_MS = 1500
/** Expiries within this interval are reported together, in ms. */
const EXPIRY_PACE_MS = 10
const FIRST_RETRY_MS = 50
const MAX_RETRY_MS = 1000

/** The parts of its store that a follower needs. */
export interface FollowerSettings {
  readonly replica: Replica
  readonly connection: RedisConnection
  readonly keys: NamespaceKeys
  /** Opens the connection for the doorbell. */
  readonly connect: () => Promise<RedisConnection>
  readonly timeoutMs: number
  readonly warnings: Warnings
}

/** Keeps the replica up to date while it is watched; one follower serves all watches of a store. */
export class WatchFollower {
  readonly #settings: FollowerSettings
  readonly #wakeUp = new WakeUp()
  #following: Promise<void> | null = null

  constructor(settings: FollowerSettings) {
    this.#settings = settings
  }

  /** @throws RegistryError `INVALID_ARGUMENT` for a token that is invalid or belongs to another namespace or filter. */
  open({ filter, initial, from, renewals, signals }: WatchRequest): WatchStream {
    const { replica, keys } = this.#settings
    const tokens = new WatchTokens(keys.namespace, filter, positionPattern)
    const resumedAt = from === null ? null : tokens.read(from)
    const watch = new Watch({
      filter,
      renewals,
      tokens,
      signals,
      position: () => positionText(replica.toldPosition),
      onEnd: (ended) => {
        replica.watches.delete(ended)
        if (replica.watches.size === 0) this.#wakeUp.notify()
      },
    })
    if (watch.hasEnded) return watch
    replica.watches.add(watch)
    this.#following ??= this.#follow()
    const begin = async (): Promise<void> => {
      await this.#loaded(watch)
      watch.discard()
      if (resumedAt !== null) await this.#resume(watch, resumedAt, filter)
      else watch.begin(initial ? replica.held(filter) : [])
    }
    begin().catch((error: unknown) => watch.fail(error))
    return watch
  }

  #warnOfDenial(error: Error): void {
    const { warnings, connection, keys } = this.#settings
    warnings.warn(
      'PERMISSION_DENIED',
      `Watches of "${keys.namespace}" report changes up to ${LOOK_EVERY_MS} ms late: ${connection.failure(error, [keys.log]).message}`,
    )
  }

  /** Ends all watches and waits for their work to end. */
  async close(): Promise<void> {
    this.#settings.replica.watches.end()
    await this.#following
  }

  /** Waits for a load without a timeout, unlike a call. */
  async #loaded(watch: Watch): Promise<void> {
    const { replica } = this.#settings
    for (;;) {
      try {
        return await replica.catchUp()
      } catch (error) {
        if (watch.hasEnded || !replica.isLoading) throw error
      }
    }
  }

  /** Resumes a watch: the log has the changes between the token and now; the watch notes later ones. */
  async #resume(watch: Watch, from: string, filter: CompiledFilter): Promise<void> {
    const { replica, connection, keys } = this.#settings
    const since = positionFrom(from)
    const touched = since && (await touchedSince(connection, keys, since))
    if (touched) watch.resume(from, touched, (identity) => replica.get(identity))
    else watch.reset(replica.held(filter))
  }

  /** Catches up whenever the log may have new entries, until no watch is open. */
  async #follow(): Promise<void> {
    const { replica, connect, timeoutMs, keys } = this.#settings
    const { watches } = replica
    const onRing = () => this.#wakeUp.notify()
    const onDenied = (error: Error) => this.#warnOfDenial(error)
    const bell = new Doorbell({ connect, timeoutMs, log: keys.log, onRing, onDenied })
    let retryMs = FIRST_RETRY_MS
    while (watches.size > 0) {
      let pauseMs = retryMs
      try {
        await replica.catchUp()
        watches.heal()
        bell.arm(replica.toldPosition)
        const untilExpiryMs = Math.max(EXPIRY_PACE_MS, replica.nextExpiryAt - performance.now())
        pauseMs = Math.min(untilExpiryMs, LOOK_EVERY_MS)
        retryMs = FIRST_RETRY_MS
      } catch (error) {
        if (canHeal(error)) watches.interrupt(error.message)
        else watches.fail(error)
        retryMs = Math.min(2 * retryMs, MAX_RETRY_MS)
      }
      if (watches.size > 0) await this.#wakeUp.sleepUntil(performance.now() + pauseMs)
    }
    bell.close()
    this.#following = null
  }
}

/** Whether the server may answer again later. */
function canHeal(error: unknown): error is RegistryError {
  return error instanceof RegistryError && error.code === 'UNAVAILABLE'
}
