import type { CheckResult } from '../notes/check-counts.ts'
import type { OperationNotesResult } from '../notes/load-notes.ts'
import type { EndedCounts, TagSplit } from '../notes/tag-splits.ts'
import { sumOf } from '../recording/histogram.ts'

/** The notes of one operation in all shards of a load: every count and histogram is a sum. */
export function mergeNotes(parts: readonly OperationNotesResult[]): OperationNotesResult {
  return {
    checks: mergeChecks(parts.flatMap(({ checks }) => checks)),
    tags: mergeTags(parts.flatMap(({ tags }) => tags)),
  }
}

function mergeChecks(checks: readonly CheckResult[]): readonly CheckResult[] {
  const merged = new Map<string, CheckResult>()
  for (const { name, passed, failed } of checks) {
    const sum = merged.get(name) ?? { name, passed: 0, failed: 0 }
    merged.set(name, { name, passed: sum.passed + passed, failed: sum.failed + failed })
  }
  return [...merged.values()]
}

function mergeTags(splits: readonly TagSplit[]): readonly TagSplit[] {
  const byValue = Map.groupBy(splits, ({ tag, value }) => JSON.stringify([tag, value]))
  return [...byValue.values()].flatMap((same) => {
    const [first] = same
    if (first === undefined) return []
    const count = (of: keyof EndedCounts): number =>
      same.reduce((sum, { counts }) => sum + counts[of], 0)
    return [
      {
        tag: first.tag,
        value: first.value,
        counts: {
          ok: count('ok'),
          failed: count('failed'),
          timedOut: count('timedOut'),
          unfinished: count('unfinished'),
        },
        lostByPause: same.reduce((sum, { lostByPause }) => sum + lostByPause, 0),
        response: sumOf(same.map(({ response }) => response)),
        service: sumOf(same.map(({ service }) => service)),
        undisturbed: sumOf(same.map(({ undisturbed }) => undisturbed)),
      },
    ]
  })
}
