import { EXIT } from '../exit-code.ts'
import type { CountsOutcome } from './counts/run-counts.ts'
import type { GateVerdict } from './decision/verdict.ts'
import type { DriftOutcome } from './drift/run-drift.ts'
import type { MeasuredPairs } from './pairs/run-pairs.ts'
import type { VersionName } from './versions/both.ts'

/** A stage that was not run, and the reason. */
export interface SkippedStage {
  readonly kind: 'skipped'
  readonly why: string
  /** The evidence was requested, so a gate without it doesn't pass. */
  readonly isMissed: boolean
}

export type CountsStage = CountsOutcome | SkippedStage
export type PairsStage =
  | { readonly kind: 'measured'; readonly operations: readonly MeasuredPairs[] }
  | SkippedStage
export type DriftStage = DriftOutcome | SkippedStage

/** The verdict of a stage; `null` without one. */
export type StageVerdict = GateVerdict['kind'] | null

export function verdictOfSkipped({ isMissed }: SkippedStage): StageVerdict {
  return isMissed ? 'inconclusive' : null
}

export function verdictOfCounts(stage: CountsStage): StageVerdict {
  if (stage.kind === 'skipped') return verdictOfSkipped(stage)
  if (stage.kind === 'failed') return faultOf(stage)
  const kinds = stage.verdicts.map(({ verdict }) => verdict)
  if (kinds.includes('regression')) return 'regression'
  return kinds.includes('improvement') ? 'improvement' : 'pass'
}

export function verdictOfPairs(stage: PairsStage): StageVerdict {
  if (stage.kind === 'skipped') return verdictOfSkipped(stage)
  return worstOf(
    stage.operations.flatMap(({ state, endings }): readonly StageVerdict[] => {
      if (state.kind === 'interrupted') return ['inconclusive']
      if (state.kind === 'failed') return [faultOf({ ...state, isConfirmed: true })]
      // A failure in one process only is inconclusive.
      const failures = endings.filter(({ kind }) => kind === 'failed')
      return [
        ...failures.map(() => 'inconclusive' as const),
        ...state.metrics.map(({ verdict }) => (verdict.kind === 'unknown' ? null : verdict.kind)),
      ]
    }),
  )
}

export function verdictOfDrift(stage: DriftStage): StageVerdict {
  if (stage.kind === 'skipped') return verdictOfSkipped(stage)
  if (stage.kind === 'failed') return faultOf(stage)
  return worstOf(stage.operations.map(({ verdict }) => verdict))
}

/**
 * A candidate that fails where the baseline doesn't is a regression; a baseline that fails can't be compared
 * with. A failure that didn't recur is inconclusive.
 */
function faultOf({ version, isConfirmed }: Fault): StageVerdict {
  if (!isConfirmed) return 'inconclusive'
  return version === 'candidate' ? 'regression' : 'not comparable'
}

interface Fault {
  readonly version: VersionName
  readonly isConfirmed: boolean
}

const FROM_WORST = ['regression', 'not comparable', 'inconclusive', 'improvement', 'pass'] as const

/** The worst verdict; `null` without any. */
export function worstOf(verdicts: readonly StageVerdict[]): StageVerdict {
  return FROM_WORST.find((kind) => verdicts.includes(kind)) ?? null
}

const EXIT_CODES = {
  regression: EXIT.failed,
  'not comparable': EXIT.notComparable,
  inconclusive: EXIT.inconclusive,
  improvement: EXIT.good,
  pass: EXIT.good,
} as const

/** The gate's verdict: the worst of its stages. A gate that compared nothing doesn't pass. */
export function sumUpStages(verdicts: readonly StageVerdict[]): GateVerdict {
  const kind = worstOf(verdicts) ?? 'not comparable'
  return { kind, exitCode: EXIT_CODES[kind] }
}
