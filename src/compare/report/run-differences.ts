import { shortSystemText } from '../../report/summarise-runs.ts'
import type { RunComparison, RunSummary } from '../decision/compare-runs.ts'
import { differenceText } from './difference-text.ts'

/** What two runs have in common, and in what they differ, in words. */
export interface RunDifferences {
  readonly same: readonly string[]
  readonly differs: readonly string[]
}

/** Compares the runs' versions, profiles and environments; their loads are compared per scenario. */
export function runDifferences({ baseline, candidate, unlike }: RunComparison): RunDifferences {
  const pairs = [
    ['commit', commitText(baseline), commitText(candidate)],
    ['profile', baseline.profile, candidate.profile],
  ] as const
  const same = pairs.flatMap(([name, a, b]) => (a === b ? [`${name} ${a}`] : []))
  const differs = pairs.flatMap(([name, a, b]) => (a === b ? [] : [`${name} ${a} against ${b}`]))
  const system = shortSystemText(baseline.system)
  return {
    same: [...same, ...(system === shortSystemText(candidate.system) ? [system] : [])],
    differs: [...differs, ...unlike.map(differenceText)],
  }
}

/** `0a1b2c3 (main)`, `0a1b2c3 (main) with uncommitted work`. */
export function commitText({ commit }: RunSummary): string {
  if (commit === null) return 'unknown'
  const { short, branch, isDirty } = commit
  const where = branch === null ? '' : ` (${branch})`
  return `${short}${where}${isDirty ? ' with uncommitted work' : ''}`
}
