import type { MatcherResult } from 'vitest'
import { isSameBound, judgeSlo, tightestResponseBoundMs } from '../load/judge-slo.ts'
import type { LoadResult } from '../load/result.ts'
import { worstFirst, type SloRow } from '../load/slo-row.ts'
import { readSlo, type Slos } from '../load/slo.ts'
import { judgeMeasurement, type Verdict } from '../load/verdict.ts'
import { renderSlo, renderVerdict } from '../results/render-scenario.ts'
import { sloFor } from './offered-rate.ts'

declare module 'vitest' {
  interface Matchers<R, T> {
    /**
     * Passes if the measurement can be trusted and every bound of the SLO is met. An SLO with
     * `every` can be asserted of a load that was given it, `load({ …, slo })`: its windows are
     * judged as the load runs.
     * @throws InputError if the SLO makes no sense, or has windows that nobody watched.
     */
    toMeetSlo: (slo: Slos) => R
  }
}

/** A load's verdict, and how it did against the SLOs that were asserted of it. */
export interface Judgement {
  readonly verdict: Verdict
  readonly slo: readonly SloRow[]
}

const judgements = new WeakMap<LoadResult, Judgement & { readonly tightestMs: number | null }>()

/** What was asserted of a load; what its windows were judged by counts whether it was or not. */
export function judgementOf(result: LoadResult): Judgement {
  const { verdict, slo } = judgements.get(result) ?? {
    verdict: judgeMeasurement(result, null),
    slo: [],
  }
  return { verdict, slo: withoutRepeats([...slo, ...result.windowedSlo]) }
}

/** `expect(result).toMeetSlo({ response: { p95: '10ms' } })` */
export function toMeetSlo(result: LoadResult, slo: Slos): MatcherResult {
  const bounds = readSlo(sloFor(result, slo))
  const rows = judgeSlo(result, bounds)
  const before = judgements.get(result)
  const tightestMs = smaller(before?.tightestMs ?? null, tightestResponseBoundMs(bounds))
  const verdict = judgeMeasurement(result, tightestMs)
  const judged = withoutRepeats([...(before?.slo ?? []), ...rows])
  judgements.set(result, { verdict, slo: judged, tightestMs })
  const aborted = result.abortReason === null ? [] : [`  ended early: ${result.abortReason}`]
  return {
    pass: verdict.kind !== 'invalid' && rows.every(({ outcome }) => outcome === 'met'),
    message: () => [...aborted, renderVerdict(verdict), renderSlo(rows)].join('\n'),
  }
}

function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

/** An SLO may be asserted again, and those of windows are in the result as well. */
function withoutRepeats(rows: readonly SloRow[]): readonly SloRow[] {
  return rows
    .filter((row, index) => rows.findIndex((other) => isSameBound(row, other)) === index)
    .toSorted(worstFirst)
}
