import type { Ending } from '../load/recording/request-end.ts'
import { MAX_SLOWEST } from '../load/tracing/traced-request.ts'

/** A request whose end decides whether its trace is kept. */
export interface EndedRequest {
  readonly operation: string
  readonly ending: Ending
  /** Intended start → done, or the time waited. */
  readonly responseMs: number
  /** Of the trace, 32 hex digits. */
  readonly traceId: string
}

/** Why a trace is kept, first reason first. The slowest of an operation are slow, whatever their time. */
export type Reason = 'errors' | 'slow' | 'sampled'

/** How traces are chosen. */
export interface TailSamplingOptions {
  /** The response time above which a request of an operation is slow, in ms; `null`: none is. */
  readonly aboveMs: (operation: string) => number | null
  /** The ratio of all others that is kept, 0 to 1. */
  readonly ratio: number
  /** The most traces per reason; the slowest of each operation are kept besides. Default 500. */
  readonly room?: number
  /** From 0 to below 1, for which traces remain if there are too many. Default: `Math.random`. */
  readonly random?: () => number
}

/** What was kept, and why. */
export interface Kept<T> {
  /** Each of them once. */
  readonly traces: readonly { readonly trace: T; readonly reason: Reason }[]
  /** Slowest first, up to ten per operation. */
  readonly slowest: ReadonlyMap<string, readonly T[]>
  /** Traces with a reason to be kept for which there was no room. */
  readonly lost: number
}

/** No reason's room is halved below this many traces. */
const MIN_ROOM = 10

/** A trace that is under consideration. */
interface Candidate<T> {
  readonly trace: T
  readonly responseMs: number
  readonly reason: Reason | null
  /** Whether it is one of those that its reason has room for. */
  isChosen: boolean
  isSlowest: boolean
}

/**
 * Decides at the end of a request whether its trace is kept: all errors, all slow ones, a ratio of the others, and the
 * slowest of each operation. If a reason has more traces than room, each has the same chance to remain, whenever
 * it ended: reservoir sampling (Vitter 1985, algorithm R, https://doi.org/10.1145/3147.3165).
 */
export class TailSampling<T extends EndedRequest> {
  readonly #options: Required<TailSamplingOptions>
  #room: number
  readonly #slowest = new Map<string, Candidate<T>[]>()
  readonly #chosen: Readonly<Record<Reason, Candidate<T>[]>> = { errors: [], slow: [], sampled: [] }
  readonly #counts: Record<Reason, number> = { errors: 0, slow: 0, sampled: 0 }

  constructor({ room = 500, random = Math.random, ...options }: TailSamplingOptions) {
    this.#options = { ...options, room, random }
    this.#room = room
  }

  /** @returns the traces that are not kept, or not any longer. */
  add(trace: T): readonly T[] {
    const { responseMs } = trace
    const reason = this.#reasonOf(trace)
    const added = { trace, responseMs, reason, isChosen: false, isSlowest: false }
    const left = [this.#addToSlowest(added), reason === null ? null : this.#choose(added, reason)]
    return [added, ...left].flatMap((candidate) =>
      candidate === null || candidate.isChosen || candidate.isSlowest ? [] : [candidate.trace],
    )
  }

  kept(): Kept<T> {
    const slowest = [...this.#slowest.values()].flat()
    const all = new Set([...slowest, ...Object.values(this.#chosen).flat()])
    const traces = [...all].map(({ trace, reason, isSlowest }) => ({
      trace,
      reason: reason === 'errors' ? reason : isSlowest ? 'slow' : (reason ?? 'sampled'),
    }))
    const withReason = [...all].filter(({ reason }) => reason !== null).length
    const { errors, slow, sampled } = this.#counts
    return {
      traces,
      slowest: new Map(
        [...this.#slowest].map(([operation, list]) => [operation, list.map(({ trace }) => trace)]),
      ),
      lost: errors + slow + sampled - withReason,
    }
  }

  /**
   * Halves the number of traces that a reason may have, down to 10, because memory is short. Those that remain are as random as before.
   * @returns the traces that are not kept any longer.
   */
  halve(): readonly T[] {
    const all = Object.values(this.#chosen)
    const most = Math.max(...all.map(({ length }) => length))
    this.#room = Math.min(this.#room, Math.max(MIN_ROOM, Math.floor(most / 2)))
    return all.flatMap((chosen) => this.#shorten(chosen))
  }

  #shorten(chosen: Candidate<T>[]): readonly T[] {
    const left: T[] = []
    while (chosen.length > this.#room) {
      const [candidate] = chosen.splice(Math.floor(this.#options.random() * chosen.length), 1)
      if (candidate === undefined) break
      candidate.isChosen = false
      if (!candidate.isSlowest) left.push(candidate.trace)
    }
    return left
  }

  #reasonOf({ ending, operation, responseMs, traceId }: T): Reason | null {
    if (ending !== 'ok') return 'errors'
    const { aboveMs, ratio } = this.#options
    if (responseMs > (aboveMs(operation) ?? Infinity)) return 'slow'
    return partOf(traceId) < ratio ? 'sampled' : null
  }

  /** @returns the one that left for it; the added one itself if it did not enter. */
  #addToSlowest(added: Candidate<T>): Candidate<T> | null {
    const { operation } = added.trace
    const list = this.#slowest.get(operation) ?? []
    this.#slowest.set(operation, list)
    const at = list.findLastIndex(({ responseMs }) => responseMs >= added.responseMs) + 1
    if (at >= MAX_SLOWEST) return added
    added.isSlowest = true
    list.splice(at, 0, added)
    const left = list.length > MAX_SLOWEST ? (list.pop() ?? null) : null
    if (left !== null) left.isSlowest = false
    return left
  }

  /** @returns as `#addToSlowest`. */
  #choose(added: Candidate<T>, reason: Reason): Candidate<T> | null {
    const { random } = this.#options
    const room = this.#room
    const chosen = this.#chosen[reason]
    const number = (this.#counts[reason] += 1)
    const place = number <= room ? chosen.length : Math.floor(random() * number)
    if (place >= room) return added
    const left = chosen[place] ?? null
    if (left !== null) left.isChosen = false
    added.isChosen = true
    chosen[place] = added
    return left
  }
}

/** A number from 0 to below 1 by a trace's ID, so that all processes of a trace choose alike. */
function partOf(traceId: string): number {
  return Number.parseInt(traceId.slice(-13), 16) / 2 ** 52
}
