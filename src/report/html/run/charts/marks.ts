import { counted, formatMs } from '../../../../format.ts'
import type { LongPause } from '../../../../load/result.ts'
import type { Mark } from '../../chart.ts'
import type { Slot } from '../slots.ts'

/** More marks than this of a kind are drawn as fewer, longer ones. */
const MAX_MARKS = 60

/** Where requests failed or were dropped, or both in one place. */
export function failureMarks(slots: readonly Slot[]): readonly Mark[] {
  return [
    ...stretches(slots, 'failed', ({ failed, timedOut }) => failed + timedOut, 'failed'),
    ...stretches(slots, 'dropped', ({ dropped }) => dropped, 'dropped'),
  ]
}

/** More pauses than this, the longest, would hide what they explain. */
const MAX_PAUSES = 20

/** Where the generator's process did not run. */
export function pauseMarks(pauses: readonly LongPause[]): readonly Mark[] {
  return pauses
    .toSorted((a, b) => b.lengthMs - a.lengthMs)
    .slice(0, MAX_PAUSES)
    .toSorted((a, b) => a.fromMs - b.fromMs)
    .map(({ fromMs, lengthMs }) => ({
      kind: 'pause',
      from: fromMs / 1_000,
      to: (fromMs + lengthMs) / 1_000,
      label: `generator paused for ${formatMs(lengthMs)}`,
    }))
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
