import { resolve } from 'node:path'
import type { Command } from 'commander'
import { InputError } from '../load/input-error.ts'
import { findRun, runPathsIn } from '../results/find-run.ts'
import { EXIT, type ExitCode } from '../results/outcome.ts'
import { printable, printableRun } from '../results/printable.ts'
import { readRunFile } from '../results/read-run-file.ts'
import { renderRun, renderRunList } from '../results/render-runs.ts'
import { intervalsCsv, operationsCsv } from '../results/run-csv.ts'
import type { RunFile } from '../results/run-file.ts'
import { summariseRuns } from '../results/summarise-runs.ts'
import { mergeRunFiles } from './merge-run-files.ts'
import { writeOutput } from './write-output.ts'

/** What `addResults` adds commands to, in words. */
export const RESULTS_DESCRIPTION = 'Lists, shows, exports and merges run files.'

/**
 * Adds the commands that work on run files: list, show, export and merge.
 * @param program as its users type it, such as `npm run results --`.
 * @param onEnd told the exit code of the command that was run.
 */
export function addResults(program: Command, onEnd: (exitCode: ExitCode) => void): void {
  const names: string[] = []
  for (let part: Command | null = program; part !== null; part = part.parent) {
    names.unshift(part.name())
  }
  const typed = names.join(' ')
  addList(program, typed, onEnd)
  addShow(program, typed, onEnd)
  addExport(program, typed, onEnd)
  addMerge(program, typed, onEnd)
}

type OnEnd = Parameters<typeof addResults>[1]

function addList(program: Command, typed: string, onEnd: OnEnd): void {
  const command = program.command('list').description('all runs of the folder, the newest first')
  withFolder(command)
    .option('--json', 'as JSON')
    .addHelpText('after', `\nExample\n  ${typed} list`)
    .action(async ({ results, json }: { results?: string; json?: true }) => {
      const list = await summariseRuns(runPathsIn(folderOf(results)))
      const text = json === true ? JSON.stringify(list, null, 2) : renderRunList(list)
      process.stdout.write(`${text}\n`)
      onEnd(EXIT.good)
    })
}

function addShow(program: Command, typed: string, onEnd: OnEnd): void {
  const command = program
    .command('show')
    .description('the report that a run printed, from its file')
    .argument('<run>', RUN)
  withFolder(command)
    .addHelpText('after', `\nExample\n  ${typed} show 20260102T0304`)
    .action(async (name: string, { results }: { results?: string }) => {
      const run = await readRunFile(findRun(name, folderOf(results)))
      process.stdout.write(`${renderRun(printableRun(run))}\n`)
      onEnd(EXIT.good)
    })
}

/** What a run can be exported as. */
const FORMS = {
  csv: operationsCsv,
  intervals: intervalsCsv,
  json: (run: RunFile) => `${JSON.stringify(run, null, 2)}\n`,
} as const

type ExportFlags = { readonly results?: string; readonly out?: string } & {
  readonly [form in keyof typeof FORMS]?: true
}

function addExport(program: Command, typed: string, onEnd: OnEnd): void {
  const command = program
    .command('export')
    .description('a run in another form, made anew from its file')
    .argument('<run>', RUN)
    .option('--csv', 'a row a scenario and operation')
    .option('--intervals', 'CSV, a row a second, scenario and operation')
    .option('--json', "the run file, in the present schema's form")
    .option('--out <file>', 'instead of standard output')
  withFolder(command)
    .addHelpText('after', `\nExample\n  ${typed} export 20260102T0304 --csv --out run.csv`)
    .action(async (name: string, flags: ExportFlags) => {
      const [form, ...others] = (['csv', 'intervals', 'json'] as const).filter((key) => flags[key])
      if (form === undefined || others.length > 0) {
        throw new InputError('export: give one of --csv, --intervals and --json.')
      }
      const run = await readRunFile(findRun(name, folderOf(flags.results)))
      writeOutput(FORMS[form](run), flags.out)
      if (flags.out !== undefined) process.stderr.write(`${printable(flags.out)}\n`)
      onEnd(EXIT.good)
    })
}

const MERGE = `adds up all shares of one load

Takes what npm run bench -- <name> --shard 1/2 --start-at <time> left, and so on. Counts and histograms
are added up without loss, the SLOs are judged on the sum, and the result is a run like any other, in
files of its own. Shares of different loads, or not all shares of one, are refused.`

function addMerge(program: Command, typed: string, onEnd: OnEnd): void {
  const command = program
    .command('merge')
    .summary('adds up all shares of one load')
    .description(MERGE)
    .argument('<files...>', 'the run files of all shares')
  withFolder(command)
    .addHelpText(
      'after',
      `
Exit code
  0 every SLO is met   1 one is missed   2 something is broken   3 inconclusive
  4 not the shares of one load, or not all of them

Example
  ${typed} merge results/*-?of3.json`,
    )
    .action(async (paths: readonly string[], { results }: { results?: string }) => {
      onEnd(await mergeRunFiles(paths, folderOf(results)))
    })
}

const RUN = 'a path, a run id, or as much of one as only one run begins with'

function withFolder(command: Command): Command {
  return command.option(
    '--results <folder>',
    'where the run files are; BENCH_RESULTS or results/ by default',
  )
}

/** The folder of run files that a user means. */
export function folderOf(results: string | undefined): string {
  return resolve(results ?? (process.env['BENCH_RESULTS'] || 'results'))
}
