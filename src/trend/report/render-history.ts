import { printable } from '../../printable.ts'
import { formatCount } from '../../format.ts'
import { left, renderTable, right } from '../../report/terminal/table.ts'
import type { Series } from '../decision/series.ts'
import { commitText } from './series-notes.ts'
import { closingText, groupsOf, longestOf, nameOf } from './trend-groups.ts'
import { wrapped } from './wrap.ts'

/** One row per operation: how many runs it has, from when to when, and how often its metrics changed. */
export function renderHistory(all: readonly Series[]): string {
  const rows = groupsOf(all).flatMap((group) => {
    const longest = longestOf(group)
    const [first, last] = [longest?.points[0], longest?.points.at(-1)]
    if (longest === undefined || first === undefined || last === undefined) return []
    const changes = group.flatMap(({ changes: found }) => found ?? [])
    const worse = changes.filter(({ isWorse }) => isWorse).length
    return [
      [
        printable(nameOf(longest)),
        formatCount(longest.points.length),
        first.startedAt.slice(0, 10),
        `${last.startedAt.slice(0, 10)} ${commitText(last)}`,
        formatCount(worse),
        formatCount(changes.length - worse),
      ],
    ]
  })
  const table = renderTable(
    [
      left('scenario: operation'),
      right('runs'),
      left('first'),
      left('latest'),
      right('worse'),
      right('better'),
    ],
    rows,
  )
  return `${table}\n\n${wrapped(closingText(all))}`
}
