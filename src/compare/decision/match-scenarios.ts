import type { RunFile, ScenarioEntry } from '../../run-file/run-file.ts'

/** Scenarios of two runs, matched by name and file. */
export interface MatchedScenarios {
  readonly pairs: readonly { readonly baseline: ScenarioEntry; readonly candidate: ScenarioEntry }[]
  readonly onlyInBaseline: readonly ScenarioEntry[]
  readonly onlyInCandidate: readonly ScenarioEntry[]
}

/**
 * Pairs the scenarios of two runs, in the baseline's order. Scenarios with the same name pair up in order; those that
 * both runs skipped, because they don't apply to the servers, are left out.
 */
export function matchScenarios(baseline: RunFile, candidate: RunFile): MatchedScenarios {
  const unmatched = new Map<string, ScenarioEntry[]>()
  for (const scenario of candidate.scenarios) {
    const same = unmatched.get(keyOf(scenario))
    if (same === undefined) unmatched.set(keyOf(scenario), [scenario])
    else same.push(scenario)
  }
  const pairs: { baseline: ScenarioEntry; candidate: ScenarioEntry }[] = []
  const onlyInBaseline: ScenarioEntry[] = []
  for (const scenario of baseline.scenarios) {
    const other = unmatched.get(keyOf(scenario))?.shift()
    if (other === undefined) onlyInBaseline.push(scenario)
    else if (!isSkipped(scenario) || !isSkipped(other)) {
      pairs.push({ baseline: scenario, candidate: other })
    }
  }
  return { pairs, onlyInBaseline, onlyInCandidate: [...unmatched.values()].flat() }
}

function isSkipped({ testStatus }: ScenarioEntry): boolean {
  return testStatus === 'skipped'
}

function keyOf({ file, name }: ScenarioEntry): string {
  return JSON.stringify([file, name])
}
