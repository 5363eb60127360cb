import { formatCount, formatMs, formatPercent } from '../../format.ts'
import type { Technique } from '../../load/dispatch/technique.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'

/** The generator's health: its dispatch technique, and its delays. */
export function renderGenerator({ health }: LoadResultJson): string {
  const { dispatch, largestBatch, pauses, coreWaitMs } = health
  const parts = [
    `dispatch ${dispatch}`,
    `largest batch ${formatCount(largestBatch)}`,
    `pauses ${formatCount(pauses.count)}${pauses.count === 0 ? '' : ` (up to ${formatMs(pauses.maxMs)})`}`,
    ...(coreWaitMs === null ? [] : [`waited ${formatMs(coreWaitMs)} for a core`]),
  ]
  return `  generator: ${parts.join(', ')}`
}

/** The report warns if lateness exceeds this ratio of the median response time. */
const MUCH_LATENESS = 0.2

/**
 * Names the operations whose response times include much lateness of the generator, and the remedy; `null` if there
 * are none.
 */
export function renderLateness({ model, operations, health }: LoadResultJson): string | null {
  // Response times of a closed load include no lateness.
  if (model.kind === 'closed') return null
  const late = operations.flatMap(({ name, response, lateness }) => {
    const [responseMs, latenessMs] = [response.figures.p50Ms, lateness.figures.p50Ms]
    if (responseMs === null || latenessMs === null) return []
    const ratio = latenessMs / responseMs
    return ratio > MUCH_LATENESS ? [`${name} ${formatPercent(Math.min(ratio, 1), 0)}`] : []
  })
  if (late.length === 0) return null
  return [
    `  lateness is a large part of the response P50: ${late.join(', ')}`,
    `    service times exclude it; ${REMEDY[health.dispatch]}`,
  ].join('\n')
}

const LESS_WORK = 'less other work on this machine makes the generator punctual'

/** How to make the generator more punctual, by technique. */
const REMEDY: Readonly<Record<Technique, string>> = {
  timer: 'BENCH_DISPATCH=clock makes the generator punctual',
  clock: LESS_WORK,
  hybrid: LESS_WORK,
  spin: LESS_WORK,
}
