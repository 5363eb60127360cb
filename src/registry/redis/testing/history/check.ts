import type { LogEntry } from '../../log.ts'
import type { CallTimes, HistoryMetadata, ReadEvent, WriteEvent } from './events.ts'
import { statesOf, type HistoryState } from './states.ts'

/** Writes of one process, and the seed that its registrations carry. */
export interface WriterHistory {
  readonly writer: number
  readonly writes: readonly WriteEvent[]
}

/**
 * Checks a history for linearizability against the order that Redis gave: each call must have an
 * instant, between its beginning and its end, at which its outcome is that of the log's state.
 * Reads must not go back: one that began after another ended sees no earlier state.
 *
 * @returns a line for each fault.
 */
export function faultsIn(
  wholeLog: readonly LogEntry[],
  writers: readonly WriterHistory[],
  reads: readonly ReadEvent[],
): string[] {
  const expected = expectedOf(wholeLog, writers)
  const log = withoutRepairs(wholeLog, expected).map((entry) => whole(entry, expected))
  const states = statesOf(log)
  const order = orderOf(log, expected)
  const faults = [...order.faults]
  const timeline = new Timeline(order.entryAfter)
  for (const { writes } of writers) {
    for (const write of writes) {
      const after = order.entryAfter.get(write)
      const isRight =
        after === undefined
          ? timeline.window(write).some((k) => couldRefuse(write, states[k]))
          : couldMake(write, states[after - 1], states[after])
      if (!isRight) faults.push(`a wrong outcome: ${JSON.stringify(write)}`)
    }
  }
  const placed: { endedAt: number; state: number }[] = []
  for (const read of reads.toSorted((a, b) => a.beganAt - b.beganAt)) {
    let earliest = 0
    for (const { endedAt, state } of placed) {
      if (endedAt < read.beganAt && state > earliest) earliest = state
    }
    const window = timeline.window(read).filter((k) => k >= earliest)
    const state = window.find((k) => couldShow(read, states[k]))
    if (state !== undefined) placed.push({ endedAt: read.endedAt, state })
    else faults.push(`no state from ${window[0]} to ${window.at(-1)} is ${JSON.stringify(read)}`)
  }
  return faults
}

/** Which states a call may have met: none before a write that had ended, none after all that had begun. */
class Timeline {
  readonly #ended: readonly (readonly [time: number, after: number])[]
  readonly #began: readonly (readonly [time: number, after: number])[]

  constructor(entryAfter: ReadonlyMap<WriteEvent, number>) {
    const made = [...entryAfter]
    this.#ended = risingBy(made.map(([write, after]) => [write.endedAt, after]))
    this.#began = risingBy(made.map(([write, after]) => [write.beganAt, after]))
  }

  window({ beganAt, endedAt }: CallTimes): number[] {
    const first = lastBefore(this.#ended, beganAt)
    const last = Math.max(first, lastBefore(this.#began, endedAt))
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  }
}

type Moment = readonly [time: number, highest: number]

/** By time, with the highest number so far. */
function risingBy(moments: readonly Moment[]): Moment[] {
  let highest = 0
  return moments
    .toSorted(([a], [b]) => a - b)
    .map(([time, number]) => [time, (highest = Math.max(highest, number))])
}

function lastBefore(moments: readonly Moment[], time: number): number {
  let low = 0
  let high = moments.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((moments[middle]?.[0] ?? 0) < time) low = middle + 1
    else high = middle
  }
  return moments[low - 1]?.[1] ?? 0
}

/** Fewest registrations by which a store's mark is known; a repair may look like one of another store. */
const MIN_VOTES = 20

/**
 * The writes that must be in the log, by their marks. A mark is a prefix for each store and the number
 * of the call in base 36; whose prefix it is, the registrations tell.
 */
function expectedOf(
  log: readonly LogEntry[],
  writers: readonly WriterHistory[],
): Map<string, WriteEvent> {
  const votes = new Map<string, { writer: number; count: number }>()
  for (const { kind, metadata, position } of log) {
    if (kind !== 'register') continue
    const { writer, serial }: HistoryMetadata = JSON.parse(metadata)
    const ending = serial.toString(36)
    if (!position.mark.endsWith(ending)) continue
    const prefix = position.mark.slice(0, -ending.length)
    const vote = votes.get(prefix) ?? { writer, count: 0 }
    votes.set(prefix, { ...vote, count: vote.count + 1 })
  }
  const expected = new Map<string, WriteEvent>()
  for (const [prefix, { writer, count }] of votes) {
    if (count < MIN_VOTES) continue
    for (const write of writers.find((each) => each.writer === writer)?.writes ?? []) {
      if (write.outcome.state === 'made') expected.set(prefix + write.serial.toString(36), write)
    }
  }
  return expected
}

/** A repair repeats a registration, or makes readers reload. It belongs to no write, and changes nothing. */
function withoutRepairs(
  log: readonly LogEntry[],
  expected: ReadonlyMap<string, WriteEvent>,
): LogEntry[] {
  return log.filter(({ kind, position }) => {
    const isRegistration = kind === 'register' || kind === 'large'
    return kind !== 'reload' && (!isRegistration || expected.has(position.mark))
  })
}

/** An entry of a large registration as if the log had all of it. */
function whole(entry: LogEntry, expected: ReadonlyMap<string, WriteEvent>): LogEntry {
  const metadata = expected.get(entry.position.mark)?.metadata
  if (entry.kind !== 'large' || metadata === undefined) return entry
  return { ...entry, kind: 'register', metadata }
}

/** Finds the entry of each write that was made. */
function orderOf(log: readonly LogEntry[], expected: Map<string, WriteEvent>) {
  const faults: string[] = []
  const entryAfter = new Map<WriteEvent, number>()
  for (const [at, { position, id }] of log.entries()) {
    const write = expected.get(position.mark)
    if (write === undefined || write.identity !== id) {
      faults.push(`entry ${position.id}, ${log[at]?.kind} of ${id}, is nobody's, or made twice`)
    } else {
      entryAfter.set(write, at + 1)
      expected.delete(position.mark)
    }
  }
  for (const write of expected.values()) faults.push(`not in the log: ${JSON.stringify(write)}`)
  const lastEnded = risingBy([...entryAfter].map(([write, after]) => [write.endedAt, after]))
  for (const [write, after] of entryAfter) {
    if (lastBefore(lastEnded, write.beganAt) > after) faults.push(`too early: entry ${after}`)
  }
  return { faults, entryAfter }
}

function couldMake(
  write: WriteEvent,
  before: HistoryState | undefined,
  after: HistoryState | undefined,
): boolean {
  if (!before || !after || write.outcome.state !== 'made') return false
  const found = before.held.get(write.identity)
  const expiry = found === undefined ? -Infinity : (found.expiresAt ?? Infinity)
  // Redis reads the clock again for an entry's id, so the script's time may be a little older.
  const couldBeLive = expiry > Math.max(before.fromMs, write.beganMs)
  const couldHaveEnded = expiry <= after.fromMs
  const made = after.held.get(write.identity)
  switch (write.kind) {
    case 'register':
      return couldHaveEnded && made?.expiresAt === write.outcome.expiresAt
    case 'replace':
      return made?.expiresAt === write.outcome.expiresAt
    case 'heartbeat':
      return couldBeLive && made?.expiresAt === write.outcome.expiresAt
    case 'unregister':
      return couldBeLive && made === undefined
  }
}

function couldRefuse(write: WriteEvent, state: HistoryState | undefined): boolean {
  if (!state) return false
  const expiry = state.held.get(write.identity)?.expiresAt
  const from = Math.max(state.fromMs, write.beganMs)
  const until = Math.min(state.untilMs, write.endedMs)
  if (from > until) return false
  if (write.kind === 'register') return expiry !== undefined && (expiry ?? Infinity) > from
  return expiry === undefined || (expiry ?? Infinity) <= until
}

/** Whether the state equals the observation at some instant within the call. */
function couldShow(read: ReadEvent, state: HistoryState | undefined): boolean {
  if (!state) return false
  let from = Math.max(state.fromMs, read.beganMs)
  let until = Math.min(state.untilMs, read.endedMs)
  const seen = new Map(read.seen.map((registration) => [registration.identity, registration]))
  if (seen.size !== read.seen.length) return false
  for (const held of state.held.values()) {
    if (read.status !== null && held.status !== read.status) continue
    const shown = seen.get(held.identity)
    if (shown === undefined) {
      from = Math.max(from, held.expiresAt ?? Infinity)
    } else {
      if (shown.metadata !== held.metadata || shown.expiresAt !== held.expiresAt) return false
      if (shown.registeredAt !== held.registeredAt) return false
      until = Math.min(until, (held.expiresAt ?? Infinity) - 1)
      seen.delete(held.identity)
    }
  }
  return seen.size === 0 && from <= until
}
