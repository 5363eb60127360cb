import { isDeepStrictEqual } from 'node:util'
import type { MatcherResult } from 'vitest'
import { checkOperations, checkHasRate, checkNoted, declaredBy } from '../load/slo/check-bounds.ts'
import { isSameBound, judgeSlo } from '../load/slo/judge-slo.ts'
import { written } from '../load/check-fields.ts'
import { InputError } from '../input-error.ts'
import type { LoadResult } from '../load/result.ts'
import { defaultBounds, type Allowances } from '../load/slo/default-bounds.ts'
import { worstFirst, type SloRow } from '../load/slo/slo-row.ts'
import { readSlo, type Bound, type Slos } from '../load/slo/slo.ts'
import { judgeMeasurement, type Verdict } from '../load/verdict/verdict.ts'
import { renderSlo, renderVerdict } from '../report/terminal/scenario.ts'
import { sloFor, type AdaptedResult } from './offered-rate.ts'

declare module 'vitest' {
  interface Matchers<R, T> {
    /**
     * Passes if the measurement can be trusted and every bound of the SLO is met. An SLO with
     * `every` needs a load that was given it, `load({ …, slo })`, because its windows are
     * judged as the load runs.
     * @throws InputError if the SLO is invalid, has windows that the load did not judge, or bounds the throughput
     *   of a load of users; and if the value is not the result of a load.
     */
    toMeetSlo: (slo: Slos) => R
  }
}

/** A load's verdict, and the outcome of its SLOs. */
export interface Judgement {
  readonly verdict: Verdict
  /** Empty for a shard. */
  readonly slo: readonly SloRow[]
  /** The asserted SLOs. */
  readonly bounds: readonly Bound[]
}

const judgements = new WeakMap<LoadResult, Judgement>()

/**
 * The asserted bounds of a load, plus the default bounds where none was asserted. Bounds on windows count
 * even if not asserted. Call this after the test's last assertion.
 */
export function judgementOf(result: AdaptedResult, allowances: Allowances): Judgement {
  const { verdict, slo, bounds } = judgements.get(result) ?? {
    verdict: judgeMeasurement(result, []),
    slo: [],
    bounds: [],
  }
  const defaults = defaultBounds(result, bounds, allowances)
  const all = [...bounds, ...defaults]
  if (result.isShard === true) return { verdict, slo: [], bounds: all }
  const rows = [...slo, ...result.windowedSlo, ...judgeSlo(result, defaults)]
  return { verdict, slo: withoutRepeats(rows), bounds: all }
}

/** The default bounds that a load misses, as text; `null` if it meets all. */
export function unmetDefaults({ slo }: Judgement): string | null {
  const unmet = slo.filter(({ isDefault, outcome }) => isDefault && outcome !== 'met')
  return unmet.length === 0 ? null : renderSlo(unmet)
}

/** `expect(result).toMeetSlo({ response: { p95: '10ms' } })` */
export function toMeetSlo(result: AdaptedResult, slo: Slos): MatcherResult {
  checkResult(result)
  // Before throughput is scaled, so that errors quote the SLO as written.
  readSlo(slo)
  const asserted = readSlo(sloFor(result, slo))
  checkHasRate(asserted, result.model.kind)
  checkOperations(asserted, [...result.operations.keys()])
  checkNoted(asserted, declaredBy(result))
  const before = judgements.get(result)
  const bounds = withoutSameBounds([...(before?.bounds ?? []), ...asserted])
  const verdict = judgeMeasurement(result, bounds)
  const rows = result.isShard === true ? [] : judgeSlo(result, asserted)

  const judged = withoutRepeats([...(before?.slo ?? []), ...rows])
  judgements.set(result, { verdict, slo: judged, bounds })
  const aborted = result.abortReason === null ? [] : [`  ended early: ${result.abortReason}`]
  return {
    pass: verdict.kind !== 'invalid' && rows.every(({ outcome }) => outcome === 'met'),
    message: () => [...aborted, renderVerdict(verdict), renderSlo(rows)].join('\n'),
  }
}

/** Without `await`, the value is a promise. */
function checkResult(result: unknown): void {
  if (typeof result === 'object' && result !== null && 'windowedSlo' in result) return
  throw new InputError(
    `toMeetSlo: ${written(result)} is not the result of a load. Write expect(await load({ … })).toMeetSlo({ … }).`,
  )
}

function withoutSameBounds(bounds: readonly Bound[]): readonly Bound[] {
  return bounds.filter(
    (bound, index) => bounds.findIndex((other) => isDeepStrictEqual(other, bound)) === index,
  )
}

/** An SLO may be asserted again, and those of windows are in the result as well. */
function withoutRepeats(rows: readonly SloRow[]): readonly SloRow[] {
  return rows
    .filter((row, index) => rows.findIndex((other) => isSameBound(row, other)) === index)
    .toSorted(worstFirst)
}
