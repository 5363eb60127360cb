import { Availability, type PausedWithin, type Unavailability } from './availability.ts'

/** Unavailability of a load: of all operations together, and of each. */
export interface LoadUnavailability {
  readonly all: Unavailability
  readonly of: (operation: string) => Unavailability
}

/** Watches the availability of each operation of a load, and of all together. Times are on one clock. */
export class LoadAvailability {
  readonly #pausedWithin: PausedWithin
  readonly #all: Availability
  readonly #operations = new Map<string, Availability>()

  constructor(pausedWithin: PausedWithin) {
    this.#pausedWithin = pausedWithin
    this.#all = new Availability(pausedWithin)
  }

  /** A measured request is due, and is started or dropped now. */
  due(operation: string, intendedAtMs: number, now: number): void {
    this.#all.due(intendedAtMs, now)
    this.#of(operation).due(intendedAtMs, now)
  }

  /** A measured request has succeeded. */
  succeed(operation: string, now: number): void {
    this.#all.succeed(now)
    this.#of(operation).succeed(now)
  }

  /** @param now when requests were no longer waited for. */
  finish(now: number): LoadUnavailability {
    const all = this.#all.finish(now)
    const operations = new Map([...this.#operations].map(([name, one]) => [name, one.finish(now)]))
    return { all, of: (operation) => operations.get(operation) ?? NEVER_DUE }
  }

  #of(operation: string): Availability {
    let of = this.#operations.get(operation)
    if (of === undefined) {
      of = new Availability(this.#pausedWithin)
      this.#operations.set(operation, of)
    }
    return of
  }
}

const NEVER_DUE: Unavailability = { unavailableMs: 0, unavailableAtLeastMs: 0 }
