import type { LoadResultJson } from '../../run-file/schema/load-result-schema.ts'
import type { RunFile, ScenarioEntry } from '../../run-file/run-file.ts'

/** A scenario that was measured. */
export type MeasuredScenario = Extract<ScenarioEntry, { state: 'measured' }>
/** An operation of it, as it is stored. */
export type MeasuredOperation = LoadResultJson['operations'][number]

/** A scenario under a name that no other of its run has. */
export interface ExportedLoad {
  readonly name: string
  readonly scenario: MeasuredScenario
  /** Why its numbers say nothing of the system; `null` if they do. */
  readonly distrust: string | null
}

/**
 * The measured scenarios of a run. Of several with one name, each is told apart by its file, and by a number
 * where that is the same too.
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

/** Names of which none is there twice: a second one is changed until it is not. */
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
