import { counted, formatCount } from '../../format.ts'
import type { PhaseFigures } from '../../load/load-model.ts'
import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'

import { percentileText } from './percentile-text.ts'

type ClosedJson = Extract<LoadResultJson['model'], { kind: 'closed' }>

/** The lines about users of a closed load, without a final newline; `null` for an open load. */
export function renderUsers({ model }: Pick<LoadResultJson, 'model'>): string | null {
  if (model.kind === 'open') return null
  const { setUp, tearDown } = model
  const lines = [
    'closed load: times begin when a step does; while the system stalls, users wait and send nothing',
    iterationLine(model),
    ...(isAllWell(setUp) ? [] : [`set up ${phaseText(setUp)}`]),
    ...(isAllWell(tearDown) ? [] : [`torn down ${phaseText(tearDown)}`]),
  ]
  return lines.map((line) => `  ${line}`).join('\n')
}

function iterationLine({ iterations }: ClosedJson): string {
  const { completed, cutShort, underWay, time } = iterations
  const ends = [
    `${formatCount(completed)} completed`,
    `${formatCount(cutShort)} cut short by a step`,
    `${formatCount(underWay)} under way at the end`,
  ]
  const { count, p50Ms, p95Ms, p99Ms } = time.figures
  if (p50Ms === null || p95Ms === null || p99Ms === null) return `iterations: ${ends.join(', ')}`
  const times = (
    [
      [50, p50Ms],
      [95, p95Ms],
      [99, p99Ms],
    ] as const
  ).map(([percentile, ms]) => `P${percentile} ${percentileText(ms, count, percentile)}`)
  return `iterations: ${ends.join(', ')}; ${times.join(', ')} without think time`
}

function isAllWell({ users, ok }: PhaseFigures): boolean {
  return users === ok
}

function phaseText({ users, ok, timedOut, notDone, errors }: PhaseFigures): string {
  const kinds = [
    ...errors.map(({ code, count, sample }) => `${code} ${formatCount(count)} (${sample})`),
    ...(timedOut === 0 ? [] : [`timed out ${formatCount(timedOut)}`]),
    ...(notDone === 0 ? [] : [`not done ${formatCount(notDone)}`]),
  ]
  return `${formatCount(ok)} of ${counted(users, 'user')}: ${kinds.join(', ')}`
}
