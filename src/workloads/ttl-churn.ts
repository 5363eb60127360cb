import type { LoadRequest, Operation } from '../load/workload.ts'
import type { MulticastRegistry } from '../registry/registry.ts'

/** An identity listed or sent to although it had expired before the call. */
export interface ExpiredYet {
  readonly where: 'enumerated' | 'targeted' | 'delivered to'
  readonly identity: string
  /** Both in Unix ms by the store's clock. */
  readonly expiresAt: number
  readonly askedAt: number
}

/** An identity missing from a list or multicast although it was registered throughout the call. */
export interface LeftOut {
  readonly where: 'enumerated' | 'targeted'
  readonly identity: string
  /** Unix ms by the store's clock, which was still below it after the call. */
  readonly expiresAt: number
}

/** Findings of the churn check. */
export interface ChurnFindings {
  /** Must stay empty. */
  readonly expiredYet: readonly ExpiredYet[]
  /** Must stay empty. */
  readonly leftOut: readonly LeftOut[]
  /** Expired registrations that an operation could have shown. */
  readonly expired: number
  /** Live registrations listed and messages delivered: proof that the check examined something. */
  readonly listed: number
  readonly delivered: number
}

/** Identities come from a pool large enough that each has expired before its next turn. */
const POOL = 2_000
const MIN_TTL_MS = 200
const TTL_STEPS = 8
const TTL_STEP_MS = 200
const CLOCK = 'clock'

/**
 * Registers, lists and multicasts to identities with TTLs from 0.2 s to 1.6 s, and checks expiry exactly, to
 * the millisecond, by the store's clock alone: a registration reports that clock's time, so a call that
 * begins afterwards must not show anything that had expired by then. Nor may a call omit a registration that
 * was made before it and, by that clock, is still live after it.
 */
export class TtlChurn {
  readonly #registry: MulticastRegistry
  /** Each identity's expiry as the store reported it; absent while it is being registered. */
  readonly #expiresAt = new Map<string, number>()
  readonly #expiredYet: ExpiredYet[] = []
  readonly #leftOut: LeftOut[] = []
  /** Omitted by finished calls; the store's time after them is not known yet. */
  #maybeLeftOut: LeftOut[] = []
  #expired = 0
  #listed = 0
  #delivered = 0

  private constructor(registry: MulticastRegistry) {
    this.#registry = registry
  }

  /** Subscribes the whole pool once: only registrations come and go. */
  static async start(registry: MulticastRegistry): Promise<TtlChurn> {
    const churn = new TtlChurn(registry)
    for (let n = 0; n < POOL; n++) {
      const identity = identityOf(n)
      await registry.subscribe(identity, ({ payload }) => {
        churn.#delivered++
        churn.#check('delivered to', identity, Number(Buffer.from(payload).toString()))
      })
    }
    return churn
  }

  get findings(): ChurnFindings {
    return {
      expiredYet: this.#expiredYet,
      leftOut: this.#leftOut,
      expired: this.#expired,
      listed: this.#listed,
      delivered: this.#delivered,
    }
  }

  register(weight: number): Operation {
    return {
      weight,
      run: async ({ number }: LoadRequest) => {
        const identity = identityOf(number)
        const ttlMs = MIN_TTL_MS + (number % TTL_STEPS) * TTL_STEP_MS
        this.#expiresAt.delete(identity)
        const options = { ttlMs, replace: true }
        const { expiresAt } = await this.#registry.register(identity, { churn: true }, options)
        if (expiresAt !== null) this.#expiresAt.set(identity, expiresAt)
      },
    }
  }

  enumerate(weight: number): Operation {
    return {
      weight,
      run: async ({ signal }) => {
        const askedAt = await this.#storeTimeMs()
        this.#expired += this.#expiredBy(askedAt)
        const live = this.#liveAt(askedAt)
        const { registrations } = await this.#registry.enumerate({ churn: true }, { signal })
        for (const { identity, expiresAt } of registrations) {
          this.#listed++
          this.#check('enumerated', identity, askedAt)
          if (expiresAt !== null && expiresAt <= askedAt) {
            this.#expiredYet.push({ where: 'enumerated', identity, expiresAt, askedAt })
          }
        }
        this.#checkAll('enumerated', live, new Set(registrations.map(({ identity }) => identity)))
      },
    }
  }

  multicast(weight: number): Operation {
    return {
      weight,
      run: async ({ signal }) => {
        const askedAt = await this.#storeTimeMs()
        const live = this.#liveAt(askedAt)
        const { statuses } = await this.#registry.multicast({ churn: true }, String(askedAt), {
          signal,
        })
        for (const identity of statuses.keys()) this.#check('targeted', identity, askedAt)
        this.#checkAll('targeted', live, statuses)
      },
    }
  }

  #check(where: ExpiredYet['where'], identity: string, askedAt: number): void {
    const expiresAt = this.#expiresAt.get(identity)
    if (expiresAt !== undefined && expiresAt <= askedAt) {
      this.#expiredYet.push({ where, identity, expiresAt, askedAt })
    }
  }

  /** Finished registrations that are live at a time of the store's clock. */
  #liveAt(timeMs: number): readonly (readonly [identity: string, expiresAt: number])[] {
    return [...this.#expiresAt].filter(([, expiresAt]) => expiresAt > timeMs)
  }

  #checkAll(
    where: LeftOut['where'],
    live: readonly (readonly [identity: string, expiresAt: number])[],
    seen: { has(identity: string): boolean },
  ): void {
    for (const [identity, expiresAt] of live) {
      if (!seen.has(identity)) this.#maybeLeftOut.push({ where, identity, expiresAt })
    }
  }

  #expiredBy(timeMs: number): number {
    let count = 0
    for (const expiresAt of this.#expiresAt.values()) if (expiresAt <= timeMs) count++
    return count
  }

  async #storeTimeMs(): Promise<number> {
    const before = this.#maybeLeftOut
    this.#maybeLeftOut = []
    const { registeredAt } = await this.#registry.register(CLOCK, {}, { replace: true })
    this.#leftOut.push(...before.filter(({ expiresAt }) => expiresAt > registeredAt))
    return registeredAt
  }
}

function identityOf(n: number): string {
  return `churn-${n % POOL}`
}
