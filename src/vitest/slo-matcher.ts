import type { MatcherResult } from 'vitest'
import { judgeSlo, tightestResponseBoundMs, type SloRow } from '../load/judge-slo.ts'
import type { LoadResult } from '../load/result.ts'
import { readSlo, type Slo } from '../load/slo.ts'
import { judgeMeasurement, type Verdict } from '../load/verdict.ts'
import { renderSlo, renderVerdict } from '../results/render-scenario.ts'

declare module 'vitest' {
  interface Matchers<R, T> {
    /**
     * Passes if the measurement can be trusted and every bound of the SLO is met.
     * @throws InputError if the SLO makes no sense.
     */
    toMeetSlo: (slo: Slo) => R
  }
}

/** A load's verdict, and how it did against the SLOs that were asserted of it. */
export interface Judgement {
  readonly verdict: Verdict
  readonly slo: readonly SloRow[]
}

const judgements = new WeakMap<LoadResult, Judgement>()

/** What was asserted of a load; without any SLO, its verdict alone. */
export function judgementOf(result: LoadResult): Judgement {
  return judgements.get(result) ?? { verdict: judgeMeasurement(result, null), slo: [] }
}

/** `expect(result).toMeetSlo({ response: { p95: '10ms' } })` */
export function toMeetSlo(result: LoadResult, slo: Slo): MatcherResult {
  const bounds = readSlo(slo)
  const rows = judgeSlo(result, bounds)
  const verdict = judgeMeasurement(result, tightestResponseBoundMs(bounds))
  const before = judgements.get(result)
  judgements.set(result, { verdict, slo: [...(before?.slo ?? []), ...rows] })
  return {
    pass: verdict.kind !== 'invalid' && rows.every(({ outcome }) => outcome === 'met'),
    message: () => [renderVerdict(verdict), renderSlo(rows)].join('\n'),
  }
}
