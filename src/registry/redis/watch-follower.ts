import { RegistryError } from '../errors.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import type { WatchRequest } from '../store.ts'
import { WakeUp } from '../waiting.ts'
import { Watch } from '../watch/watch.ts'
import type { WatchStream } from '../watch/watch-event.ts'
import { WatchTokens } from '../watch/watch-token.ts'
import type { RedisConnection } from './connection.ts'
import { Doorbell } from './doorbell.ts'
import type { NamespaceKeys } from './keys.ts'
import { positionFrom, positionPattern, positionText } from './log.ts'
import type { Replica } from './replica.ts'
import { touchedSince } from './touched-since.ts'

/** How often to read the log even if the doorbell hasn't rung, in ms; it rings every second by itself. */
const LOOK_EVERY_MS = 1500
/** Expiries closer together than this are reported together, in ms. */
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
}

/** Keeps the replica up to date while it is watched: one follower for all watches of a store. */
export class WatchFollower {
  readonly #settings: FollowerSettings
  readonly #wakeUp = new WakeUp()
  #following: Promise<void> | null = null

  constructor(settings: FollowerSettings) {
    this.#settings = settings
  }

  /** @throws RegistryError `INVALID_ARGUMENT` for an invalid token, and one of another namespace or filter. */
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

  /** Ends all watches, and resolves once all their work has ended. */
  async close(): Promise<void> {
    this.#settings.replica.watches.end()
    await this.#following
  }

  /** Unlike a call, a watch waits for a load for as long as it takes. */
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

  /** The watch notes changes from here on; those between the token and now are in the log. */
  async #resume(watch: Watch, from: string, filter: CompiledFilter): Promise<void> {
    const { replica, connection, keys } = this.#settings
    const since = positionFrom(from)
    const touched = since && (await touchedSince(connection, keys, since))
    if (touched) watch.resume(from, touched, (identity) => replica.get(identity))
    else watch.reset(replica.held(filter))
  }

  /** Catches up whenever there may be something new, until no watch is open. */
  async #follow(): Promise<void> {
    const { replica, connect, timeoutMs, keys } = this.#settings
    const { watches } = replica
    const onRing = () => this.#wakeUp.notify()
    const bell = new Doorbell({ connect, timeoutMs, log: keys.log, onRing })
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

/** An unreachable or refusing server may answer again later. */
function canHeal(error: unknown): error is RegistryError {
  return error instanceof RegistryError && error.code === 'UNAVAILABLE'
}
