import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { formatCount } from '../../format.ts'
import { RegistryError } from '../errors.ts'
import { Warnings } from '../warnings.ts'
import type { RedisConnection } from './connection.ts'
import type { NamespaceKeys } from './keys.ts'
import { isForbidden } from './missing-right.ts'
import { leavePermitScript, takePermitScript } from './permit-scripts.ts'
import { countFrom } from './replies.ts'

/** Maximum number of readers that load a namespace at the same time, in all processes. */
export const MAX_CONCURRENT_LOADS = 4

/** Up to this many records, or keys to scan for them, are read without a permit: it would cost as much. */
export const FEW = 1_000

/** How long a permit lasts unless it is renewed, in ms: so long does one that died hold up the others. */
const LEASE_MS = 3_000

/**
 * Shortest mean pause between two requests of one reader, in ms, and the mean time between two requests of all readers
 * that wait: a permit is taken soon after it is free, and requests take little of the server however many wait.
 */
const MIN_PAUSE_MS = 20
const PAUSE_PER_WAITING_MS = 2

/** A permit to load. */
export interface LoadPermit {
  /** Whether others loaded before, so what was read before asking may be outdated. */
  readonly hasWaited: boolean
  /** Renews the permit if it is due. */
  keep(): Promise<void>
  release(): Promise<void>
}

/**
 * Limits how many readers load a namespace at once, across processes. Loads take the time of the server, so a thousand at once
 * would all end last, and each write would wait for a thousand parts. A few at a time end one after the other,
 * and a write waits for a few parts.
 */
export class LoadPermits {
  readonly #connection: RedisConnection
  readonly #keys: NamespaceKeys
  readonly #most: number
  readonly #name = randomBytes(9).toString('base64url')
  readonly #warnings: Warnings
  #waiting: number | null = null
  #hasWarned = false

  /** @param warnings gets one if the user lacks permission to take part. */
  constructor(
    connection: RedisConnection,
    keys: NamespaceKeys,
    most = MAX_CONCURRENT_LOADS,
    warnings = new Warnings(),
  ) {
    this.#warnings = warnings
    this.#connection = connection
    this.#keys = keys
    this.#most = most
  }

  /** Readers that load or wait, this one included, while it waits; else `null`. */
  get waiting(): number | null {
    return this.#waiting
  }

  /**
   * Waits for a permit. A reader whose writes are refused loads at once.
   * @param deadlineMs by `performance.now()`.
   * @throws RegistryError `UNAVAILABLE` if others had all permits until the deadline.
   */
  async take(deadlineMs = Infinity): Promise<LoadPermit> {
    let hasWaited = false
    try {
      for (;;) {
        const waiting = await this.#request()
        if (waiting === 0) break
        hasWaited = true
        this.#waiting = waiting
        if (performance.now() > deadlineMs) throw this.#tooMany(waiting)
        // Random, so that readers that began to wait together don't ask together.
        await delay((0.5 + Math.random()) * meanPauseMs(waiting), undefined, { ref: false })
      }
    } finally {
      this.#waiting = null
    }
    let takenAtMs = performance.now()
    return {
      hasWaited,
      keep: async () => {
        if (performance.now() - takenAtMs < LEASE_MS / 3) return
        takenAtMs = performance.now()
        await this.#request()
      },
      // One that can't be released ends by itself.
      release: () => this.#leave().catch((error: unknown) => this.#warnOf(error)),
    }
  }

  /** @returns 0 with a permit, else how many readers load or wait. */
  async #request(): Promise<number> {
    const args = [this.#name, this.#most, LEASE_MS, MIN_PAUSE_MS, PAUSE_PER_WAITING_MS]
    try {
      return countFrom(await this.#connection.run(takePermitScript, [this.#keys.loads], args))
    } catch (error) {
      // Reading must work where writing is refused: for lack of permission, memory or disk.
      this.#warnOf(error)
      if (isRefusal(error)) return 0
      throw error
    }
  }

  #warnOf(error: unknown): void {
    if (!isForbidden(error) || this.#hasWarned) return
    this.#hasWarned = true
    this.#warnings.warn(
      'PERMISSION_DENIED',
      `Readers of "${this.#keys.namespace}" load without taking turns, which slows writes down: ${error.message}`,
    )
  }

  #tooMany(waiting: number): RegistryError {
    return new RegistryError(
      'UNAVAILABLE',
      `The namespace "${this.#keys.namespace}" was not read before the timeout, because a few readers load at a time, and ` +
        `${formatCount(waiting)} load or wait. Try again: the next call continues from here.`,
    )
  }

  async #leave(): Promise<void> {
    await this.#connection.run(leavePermitScript, [this.#keys.loads], [this.#name])
  }
}

function meanPauseMs(waiting: number): number {
  return Math.max(MIN_PAUSE_MS, waiting * PAUSE_PER_WAITING_MS)
}

/** Whether the server answered, and refused. */
function isRefusal(error: unknown): boolean {
  return error instanceof RegistryError && error.message.includes(' refused: ')
}
