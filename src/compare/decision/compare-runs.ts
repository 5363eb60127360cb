import type { RunFile, ScenarioEntry } from '../../run-file/run-file.ts'
import { compareOperation, type OperationComparison } from './compare-operation.ts'
import { unlikeFields, type FieldDifference } from './fingerprint-differences.ts'
import { loadDifferences } from './load-differences.ts'
import { matchScenarios } from './match-scenarios.ts'
import { measuredOperation } from './measured-operation.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>

/**
 * Whether a scenario's differences can be judged:
 * - `compared`: yes; `notes` are doubts about its measurements
 * - `unlike`: no, because the figures are of different things
 * - `invalid`: no, because a measurement can't be trusted
 * - `unmeasured`: no, because a run has no figures
 */
export type Standing =
  | { readonly kind: 'compared'; readonly notes: readonly string[] }
  | { readonly kind: 'unlike' | 'invalid' | 'unmeasured'; readonly why: string }

/** One scenario in both runs. */
export interface ScenarioComparison {
  readonly name: string
  readonly file: string
  readonly standing: Standing
  /** Fields in which the loads differ; they are still compared if `isUnlikeAllowed`. */
  readonly unlike: readonly FieldDifference[]
  readonly operations: readonly OperationComparison[]
  /** Operations that the other run doesn't have. */
  readonly onlyInBaseline: readonly string[]
  readonly onlyInCandidate: readonly string[]
}

/** The identity of a compared run. */
export type RunSummary = Pick<
  RunFile,
  'runId' | 'startedAt' | 'status' | 'commit' | 'profile' | 'system'
>

/** Two runs side by side. Plain data. */
export interface RunComparison {
  readonly baseline: RunSummary
  readonly candidate: RunSummary
  readonly unlike: readonly FieldDifference[]
  /** Compares runs from unlike environments, and unlike loads. */
  readonly isUnlikeAllowed: boolean
  readonly scenarios: readonly ScenarioComparison[]
  readonly onlyInBaseline: readonly string[]
  readonly onlyInCandidate: readonly string[]
}

/**
 * Compares two runs by the figures in their files; no histogram is decoded. Swapping the runs inverts ratios
 * and reverses marks.
 */
export function compareRuns(
  baseline: RunFile,
  candidate: RunFile,
  { isUnlikeAllowed }: { readonly isUnlikeAllowed: boolean },
): RunComparison {
  const unlike = unlikeFields(baseline, candidate)
  const { pairs, onlyInBaseline, onlyInCandidate } = matchScenarios(baseline, candidate)
  const environments = unlike.length > 0 && !isUnlikeAllowed ? 'the environments differ' : null
  return {
    baseline: summaryOf(baseline),
    candidate: summaryOf(candidate),
    unlike,
    isUnlikeAllowed,
    scenarios: pairs.map((pair) =>
      compareScenario(pair.baseline, pair.candidate, environments, isUnlikeAllowed),
    ),
    onlyInBaseline: onlyInBaseline.map(({ name }) => name),
    onlyInCandidate: onlyInCandidate.map(({ name }) => name),
  }
}

function summaryOf(run: RunFile): RunSummary {
  const { runId, startedAt, status, commit, profile, system } = run
  return { runId, startedAt, status, commit, profile, system }
}

function compareScenario(
  baseline: ScenarioEntry,
  candidate: ScenarioEntry,
  environments: string | null,
  isUnlikeAllowed: boolean,
): ScenarioComparison {
  const { name, file } = baseline
  const nothing = { unlike: [], operations: [], onlyInBaseline: [], onlyInCandidate: [] }
  if (baseline.state !== 'measured' || candidate.state !== 'measured') {
    const which = baseline.state === 'measured' ? 'candidate' : 'baseline'
    const isNeither = baseline.state !== 'measured' && candidate.state !== 'measured'
    const why = isNeither ? 'neither run measured it' : `the ${which} did not measure it`
    return { name, file, standing: { kind: 'unmeasured', why }, ...nothing }
  }
  const unlike = loadDifferences(baseline, candidate)
  const standing = standingOf(baseline, candidate, environments, unlike, isUnlikeAllowed)
  const unjudged = standing.kind === 'compared' ? null : standing.why
  const others = new Map(candidate.result.operations.map((other) => [other.name, other]))
  const operations: OperationComparison[] = []
  const onlyInBaseline: string[] = []
  for (const operation of baseline.result.operations) {
    const other = others.get(operation.name)
    if (other === undefined) {
      onlyInBaseline.push(operation.name)
      continue
    }
    others.delete(operation.name)
    const runs = [
      measuredOperation(baseline.result, operation),
      measuredOperation(candidate.result, other),
    ] as const
    operations.push(compareOperation(...runs, unjudged))
  }
  const onlyInCandidate = [...others.keys()]
  return { name, file, standing, unlike, operations, onlyInBaseline, onlyInCandidate }
}

function standingOf(
  baseline: Measured,
  candidate: Measured,
  environments: string | null,
  unlike: readonly FieldDifference[],
  isUnlikeAllowed: boolean,
): Standing {
  const runs = [
    ['baseline', baseline],
    ['candidate', candidate],
  ] as const
  const invalid = runs.flatMap(([name, scenario]) => {
    const why = distrust(scenario)
    return why === null ? [] : [`the ${name} ${why}`]
  })
  if (invalid.length > 0) return { kind: 'invalid', why: invalid.join('; ') }
  if (environments !== null) return { kind: 'unlike', why: environments }
  const difference = `the loads differ in ${unlike.map(({ field }) => field).join(', ')}`
  if (unlike.length > 0 && !isUnlikeAllowed) return { kind: 'unlike', why: difference }
  const degraded = runs.flatMap(([name, { verdict }]) =>
    verdict.kind === 'degraded'
      ? verdict.reasons.map(({ message }) => `the ${name} is degraded: ${message}`)
      : [],
  )
  return { kind: 'compared', notes: unlike.length > 0 ? [difference, ...degraded] : degraded }
}

/** Why a scenario's figures can't be trusted; `null` if they can. */
function distrust({ verdict, testStatus, result }: Measured): string | null {
  if (verdict.kind === 'invalid') {
    const reasons = verdict.reasons.map(({ message }) => message).join(', ')
    return `is invalid${reasons === '' ? '' : `: ${reasons}`}`
  }
  if (testStatus === 'cancelled' || result.isInterrupted) return 'was interrupted'
  return result.abortReason === null ? null : `was ended early: ${result.abortReason}`
}
