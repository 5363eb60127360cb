import { intervalsOf } from './json/intervals-json.ts'
import type { FaultJson } from './json/load-result-json.ts'
import type { IntervalFigures } from '../load/result.ts'
import { total } from '../load/totals.ts'
import type { LoadResultJson } from './schema/load-result-schema.ts'

/** What requests show of a fault, from its second until that of the next one, to whole seconds. */
export interface FaultEffect {
  /** Failed, timed out or dropped. */
  readonly notOk: number
  /** The longest stretch of seconds in which requests of one operation were due and none succeeded. */
  readonly withoutSuccessSeconds: number
  /** From the fault to the end of the last second with a request that was not ok, in ms; `null` without one. */
  readonly failingForMs: number | null
}

/** The effect of each fault of a load that broke something; `null` for the others. */
export function faultEffects(result: LoadResultJson): readonly (FaultEffect | null)[] {
  const begun = result.faults.map(beginningMs)
  const starts = [
    ...new Set(begun.flatMap((fromMs) => (fromMs === null ? [] : [secondOf(fromMs)]))),
  ]
  if (starts.length === 0) return result.faults.map(() => null)
  starts.sort((a, b) => a - b)
  const seconds = [...Map.groupBy(intervalsOf(result), ({ second }) => second)]
  seconds.sort(([a], [b]) => a - b)
  const spans = new Map<number, readonly Second[]>()
  let at = 0
  for (const [k, start] of starts.entries()) {
    while (at < seconds.length && (seconds[at]?.[0] ?? 0) < start) at += 1
    const first = at
    const next = starts[k + 1] ?? Infinity
    while (at < seconds.length && (seconds[at]?.[0] ?? 0) < next) at += 1
    spans.set(start, seconds.slice(first, at))
  }
  return begun.map((fromMs) =>
    fromMs === null ? null : effectOf(spans.get(secondOf(fromMs)) ?? [], fromMs),
  )
}

/** The faults of a load that broke something, and when, in ms since the measurement began. */
export function begunFaults({
  faults,
}: Pick<LoadResultJson, 'faults'>): readonly { readonly label: string; readonly atMs: number }[] {
  return faults.flatMap((fault) => {
    const atMs = beginningMs(fault)
    return atMs === null ? [] : [{ label: fault.label, atMs }]
  })
}

/** The labels of the faults that began, or were still on, in each of a load's seconds; those without any are left out. */
export function faultsBySecond({
  faults,
  intervals: { seconds },
}: Pick<LoadResultJson, 'faults' | 'intervals'>): ReadonlyMap<number, readonly string[]> {
  const labels = new Map<number, string[]>()
  for (const fault of faults) {
    const fromMs = beginningMs(fault)
    if (fromMs === null) continue
    const toMs = fault.state === 'injected' ? fault.toMs : fromMs
    const from = secondOf(fromMs)
    // A file may claim that a fault lasted longer than the load has seconds.
    for (const second of seconds) {
      if (second !== from && (second < from || second * 1_000 >= toMs)) continue
      labels.set(second, [...(labels.get(second) ?? []), fault.label])
    }
  }
  return labels
}

/** When it broke something; that of another shard is due at about the same time everywhere. */
function beginningMs(fault: FaultJson): number | null {
  switch (fault.state) {
    case 'injected':
      // By the clock of the load, it may begin a fraction of a ms before it is due.
      return Math.max(fault.fromMs, fault.plannedAtMs)
    case 'elsewhere':
      return fault.plannedAtMs
    case 'failed':
    case 'not reached':
      return null
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1_000)
}

type Second = readonly [second: number, intervals: readonly IntervalFigures[]]

function effectOf(seconds: readonly Second[], fromMs: number): FaultEffect {
  const last = seconds.findLast(([, intervals]) => notOkIn(intervals) > 0)
  return {
    notOk: total(seconds, ([, intervals]) => notOkIn(intervals)),
    withoutSuccessSeconds: longestOutage(seconds),
    failingForMs: last === undefined ? null : (last[0] + 1) * 1_000 - fromMs,
  }
}

/** Of the operation that had the longest. */
function longestOutage(seconds: readonly Second[]): number {
  let longest = 0
  const current = new Map<string, number>()
  for (const interval of seconds.flatMap(([, intervals]) => intervals)) {
    const { operation, ok } = interval
    const before = current.get(operation) ?? 0
    const now = ok > 0 ? 0 : before + (dueIn(interval) > 0 ? 1 : 0)
    current.set(operation, now)
    longest = Math.max(longest, now)
  }
  return longest
}

function notOkIn(intervals: readonly IntervalFigures[]): number {
  return total(intervals, ({ failed, timedOut, dropped }) => failed + timedOut + dropped)
}

function dueIn({ planned, started, dropped }: IntervalFigures): number {
  return planned ?? started + dropped
}
