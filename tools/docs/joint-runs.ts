import type { Command } from './commands.ts'

/** A run of a scenario, with or without files to write: nothing that would change another scenario's load. */
const RUN = /^npm run bench -- (?<scenario>[a-z]+)(?<files>(?: --(?:junit|stream) \S+)*)$/

/** Commands whose output is that of one process. */
export interface JointRun {
  /** Runs all their scenarios, and writes all their files. */
  readonly text: string
  readonly size: number
  /** The scenario of the command itself. With others to run, that none has its name goes unsaid. */
  readonly scenario: string
}

/**
 * Joins commands that differ only in their scenarios, and those that differ only in the files they write for one
 * scenario: a process for each would mostly be start-ups of the same command.
 * @returns the joint run of each command that has one, by the command's text.
 */
export function jointRunsOf(commands: readonly Command[]): ReadonlyMap<string, JointRun> {
  const runs = new Map<string, { scenario: string; files: string }>()
  for (const { text } of commands) {
    const { scenario, files } = RUN.exec(text)?.groups ?? {}
    if (scenario !== undefined && files !== undefined) runs.set(text, { scenario, files })
  }
  const groups = Map.groupBy(runs.keys(), (text) => {
    const run = runs.get(text)
    return run === undefined || run.files === '' ? '' : run.scenario
  })
  const joint = [...groups.values()].flatMap((texts): [string, JointRun][] => {
    const parts = texts.flatMap((text) => runs.get(text) ?? [])
    const scenarios = new Set(parts.map(({ scenario }) => scenario))
    const files = parts.map((part) => part.files).join('')
    const text = `npm run bench -- ${[...scenarios].join(' ')}${files}`
    return texts.flatMap((own): [string, JointRun][] => {
      const scenario = runs.get(own)?.scenario
      return scenario === undefined ? [] : [[own, { text, size: scenarios.size, scenario }]]
    })
  })
  return new Map(joint)
}
