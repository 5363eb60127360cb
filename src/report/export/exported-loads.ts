import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import type { RunFile, ScenarioEntry } from '../../run-file/run-file.ts'

/** A scenario that was measured. */
export type MeasuredScenario = Extract<ScenarioEntry, { state: 'measured' }>
/** An operation of a measured scenario, in stored form. */
export type MeasuredOperation = LoadResultJson['operations'][number]

/** A scenario under a name that is unique in its run. */
export interface ExportedLoad {
  readonly name: string
  readonly scenario: MeasuredScenario
  /** Why its numbers must not be trusted; `null` if they can be. */
  readonly distrust: string | null
}

/**
 * The measured scenarios of a run. Scenarios with the same name get their file added, and a number if that is equal
 * too.
 */
export function exportedLoads(run: RunFile): readonly ExportedLoad[] {
  const measured = run.scenarios.filter((scenario) => scenario.state === 'measured')
  const names = measured.map(({ name, file }) => {
    const isAlone = measured.filter((other) => other.name === name).length === 1
    return isAlone ? name : `${name} (${file})`
  })
  const unique = uniqueNames(names, (name, n) => `${name} #${n}`)
  return measured.map((scenario, i) => ({
    name: unique[i] ?? scenario.name,
    scenario,
    distrust: distrustOf(run, scenario),
  }))
}

/** Makes names unique: duplicates get a number. */
export function uniqueNames(
  names: readonly string[],
  numbered: (name: string, n: number) => string,
): readonly string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    let own = name
    for (let n = 2; taken.has(own); n++) own = numbered(name, n)
    taken.add(own)
    return own
  })
}

function distrustOf(
  run: RunFile,
  { verdict, result, testStatus }: MeasuredScenario,
): string | null {
  if (verdict.kind === 'invalid') {
    const reasons = verdict.reasons.map(({ message }) => message).join('; ')
    return `its measurement is invalid: ${reasons}`
  }
  if (result.isInterrupted || testStatus === 'cancelled') return 'it was interrupted'
  if (run.generators.kind === 'shard') {
    return `it is shard ${run.generators.shard} of ${run.generators.of} of a load, which results merge adds up`
  }
  return null
}
