import { counted, formatCount, formatMs } from '../../../../format.ts'
import type { FaultProgress } from '../../../../load/faults/fault-record.ts'
import { faultText } from '../../../fault-cells.ts'
import type { LongPause } from '../../../../load/result.ts'
import type { Mark } from '../../chart.ts'
import type { Slot, SlotPlan } from '../slots.ts'

/** More marks than this of a kind are drawn as fewer, longer ones. */
const MAX_MARKS = 60

/** Where requests failed or were dropped, or both in one place. */
export function failureMarks(slots: readonly Slot[]): readonly Mark[] {
  return [
    ...stretches(slots, 'failed', ({ failed, timedOut }) => failed + timedOut, 'failed'),
    ...stretches(slots, 'dropped', ({ dropped }) => dropped, 'dropped'),
  ]
}

/** Pauses closer to each other than this ratio of the measured time are one mark. */
const CLOSE = 1 / 40

/** Where the generator's process did not run. */
export function pauseMarks(pauses: readonly LongPause[], measuredMs: number): readonly Mark[] {
  const groups: LongPause[][] = []
  for (const pause of pauses.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = groups.at(-1)
    const end = last === undefined ? Number.NEGATIVE_INFINITY : endOf(last)
    if (last !== undefined && pause.fromMs - end < CLOSE * measuredMs) last.push(pause)
    else groups.push([pause])
  }
  return groups.map((group) => {
    const longest = group.reduce((most, { lengthMs }) => Math.max(most, lengthMs), 0)
    const count = group.length === 1 ? 'paused' : `${formatCount(group.length)} pauses, up to`
    return {
      kind: 'pause',
      from: (group[0]?.fromMs ?? 0) / 1_000,
      to: endOf(group) / 1_000,
      label: `${count} ${formatMs(longest)}`,
    }
  })
}

/**
 * What broke, or could not be broken, during a load; a kill is a moment. What was not due isn't there.
 * @param elapsedMs of a load that runs: faults that are on last until now.
 */
export function faultMarks(
  faults: readonly FaultProgress[],
  elapsedMs = Infinity,
): readonly Mark[] {
  const marks = faults.flatMap((fault): readonly Mark[] => {
    const label = faultText(fault)
    switch (fault.state) {
      case 'injected':
        return [markOf('fault', fault.fromMs, fault.toMs, label)]
      case 'on':
        return [markOf('fault', fault.fromMs, Math.max(fault.fromMs, elapsedMs), label)]
      case 'elsewhere':
        return fault.plannedAtMs > elapsedMs
          ? []
          : [markOf('fault', fault.plannedAtMs, fault.plannedAtMs, label)]
      case 'failed':
        return [markOf('fault-failed', fault.fromMs, fault.fromMs, label)]
      case 'planned':
      case 'not reached':
        return []
    }
  })
  const step = Math.ceil(marks.length / MAX_MARKS)
  if (step <= 1) return marks
  return Array.from({ length: Math.ceil(marks.length / step) }, (_, at) => {
    const joined = marks.slice(at * step, (at + 1) * step)
    return {
      kind: joined.some(({ kind }) => kind === 'fault') ? 'fault' : 'fault-failed',
      from: Math.min(...joined.map(({ from }) => from)),
      to: Math.max(...joined.map(({ to }) => to)),
      label: `${counted(joined.length, 'fault')}, from: ${joined[0]?.label ?? ''}`,
    }
  })
}

function markOf(kind: Mark['kind'], fromMs: number, toMs: number, label: string): Mark {
  return { kind, from: fromMs / 1_000, to: toMs / 1_000, label }
}

/** The time after the load's end, in which its last requests were answered; none if a chart doesn't show it. */
export function drainMarks({ count, length, measured }: SlotPlan): readonly Mark[] {
  const end = count * length
  // The end of a second that the load took most of is no time after it.
  return end - measured < Math.max(0.5, length)
    ? []
    : [{ kind: 'drain', from: measured, to: end, label: 'after the last request was sent' }]
}

function endOf(pauses: readonly LongPause[]): number {
  return pauses.reduce((end, { fromMs, lengthMs }) => Math.max(end, fromMs + lengthMs), 0)
}

/** One mark per stretch of slots that count something. */
function stretches(
  slots: readonly Slot[],
  kind: Mark['kind'],
  countOf: (slot: Slot) => number,
  word: string,
): readonly Mark[] {
  const found: { from: number; to: number; count: number }[] = []
  for (const slot of slots) {
    const count = countOf(slot)
    if (count === 0) continue
    const last = found.at(-1)
    if (last !== undefined && last.to === slot.from) {
      last.to = slot.to
      last.count += count
    } else found.push({ from: slot.from, to: slot.to, count })
  }
  const step = Math.ceil(found.length / MAX_MARKS)
  return Array.from({ length: Math.ceil(found.length / Math.max(step, 1)) }, (_, at) => {
    const joined = found.slice(at * step, (at + 1) * step)
    const count = joined.reduce((sum, stretch) => sum + stretch.count, 0)
    return {
      kind,
      from: joined[0]?.from ?? 0,
      to: joined.at(-1)?.to ?? 0,
      label: `${counted(count, 'request')} ${word}`,
    }
  })
}
