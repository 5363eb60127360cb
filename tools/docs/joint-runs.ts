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
  const runs = commands.flatMap(({ text: own }) => {
    const { scenario, files } = RUN.exec(own)?.groups ?? {}
    return scenario === undefined || files === undefined ? [] : [{ own, scenario, files }]
  })
  const groups = Map.groupBy(runs, ({ scenario, files }) => (files === '' ? '' : scenario))
  const joint = [...groups.values()].flatMap((group) => {
    const scenarios = new Set(group.map(({ scenario }) => scenario))
    const files = new Map(group.map((run) => [run.own, run.files]))
    const text = `npm run bench -- ${[...scenarios].join(' ')}${[...files.values()].join('')}`
    const size = scenarios.size
    return group.map(({ own, scenario }) => [own, { text, size, scenario }] as const)
  })
  return new Map(joint)
}
