import { fingerprintOf, NONE } from '../../run-file/provenance/environment-fields.ts'
import type { RunFile } from '../../run-file/run-file.ts'

/** A field in which the environments of two runs are unlike, with what each run says. */
export interface FieldDifference {
  readonly field: string
  readonly baseline: string
  readonly candidate: string
}

/**
 * In what the environments of two runs are unlike; figures of unlike ones can't be compared. Empty if
 * they are alike in all that is known to change figures. What was recorded of one run only is
 * unlike: it may well be. Differing loads are a scenario's matter, see `compareRuns`.
 */
export function unlikeFields(baseline: RunFile, candidate: RunFile): readonly FieldDifference[] {
  return differingFields(fingerprintOf(baseline), fingerprintOf(candidate)).filter(
    // A run that measured no load isn't unlike for that.
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
