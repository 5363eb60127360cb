import { fingerprintOf, NONE } from '../../run-file/provenance/environment-fields.ts'
import type { RunFile } from '../../run-file/run-file.ts'

/** A field in which two runs differ, with the value of each run. */
export interface FieldDifference {
  readonly field: string
  readonly baseline: string
  readonly candidate: string
}

/**
 * The fields in which the environments of two runs are unlike; figures from unlike environments can't be
 * compared. Empty if they agree in everything that is known to change figures. A field that only one run
 * recorded counts as unlike. Differing loads are handled per scenario; see `compareRuns`.
 */
export function unlikeFields(baseline: RunFile, candidate: RunFile): readonly FieldDifference[] {
  return differingFields(fingerprintOf(baseline), fingerprintOf(candidate)).filter(
    // A run without a load has no dispatch technique, and isn't unlike because of that.
    ({ field, ...values }) => field !== 'dispatch' || !Object.values(values).includes(NONE),
  )
}

/** The fields that differ, in their order; one that only one run has is `none` in the other. */
export function differingFields(
  baseline: ReadonlyMap<string, string>,
  candidate: ReadonlyMap<string, string>,
): readonly FieldDifference[] {
  const fields = new Set([...baseline.keys(), ...candidate.keys()])
  return [...fields].flatMap((field) => {
    const [a, b] = [baseline.get(field) ?? NONE, candidate.get(field) ?? NONE]
    return a === b ? [] : [{ field, baseline: a, candidate: b }]
  })
}
