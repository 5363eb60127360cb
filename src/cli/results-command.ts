import { Option, type Command } from 'commander'
import type { ExitCode } from '../run-file/outcome.ts'
import { EXPORT, exportHelp } from './export-help.ts'
import type { ExportFlags } from './export-run.ts'
import type { ShowFlags } from './results-actions.ts'

/** What `addResults` adds commands to, in words. */
export const RESULTS_DESCRIPTION = 'Lists, shows, exports and merges run files.'

type OnEnd = (exitCode: ExitCode) => void

/**
 * Adds the commands that work on run files: list, show, export and merge. What they need is loaded when one
 * is run.
 * @param program as its users type it, such as `npm run results --`.
 * @param onEnd told the exit code of the command that was run.
 */
export function addResults(program: Command, onEnd: OnEnd): void {
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

function addList(program: Command, typed: string, onEnd: OnEnd): void {
  const command = program.command('list').description('all runs of the folder, the newest first')
  withFolder(command)
    .option('--json', 'as JSON')
    .addHelpText('after', `\nExample\n  ${typed} list`)
    .action(async (flags: { results?: string; json?: true }) => {
      const { listRuns } = await import('./results-actions.ts')
      onEnd(await listRuns(flags))
    })
}

function addShow(program: Command, typed: string, onEnd: OnEnd): void {
  const command = program
    .command('show')
    .description('the report that a run printed, from its file')
    .argument('<run>', RUN)
    .option(
      '--every <time>',
      'how its figures changed meanwhile: a line per stretch of so long, as 30s',
    )
  withFolder(command)
    .addHelpText(
      'after',
      `\nExamples\n  ${typed} show 20260102T0304\n  ${typed} show 20260102T0304 --every 30s`,
    )
    .action(async (name: string, flags: ShowFlags) => {
      const { showRun } = await import('./results-actions.ts')
      onEnd(await showRun(name, flags))
    })
}

function addExport(program: Command, typed: string, onEnd: OnEnd): void {
  const command = program
    .command('export')
    .summary('a run in another form, made anew from its file')
    .description(EXPORT)
    .argument('<run>', RUN)
    .option('--format <format>', 'one of those below')
    .option('--csv', 'short for --format csv; so are --intervals, --metrics and --json')
    .addOption(new Option('--intervals').hideHelp())
    .addOption(new Option('--metrics').hideHelp())
    .addOption(new Option('--json').hideHelp())
    .option('--out <path>', 'a file instead of standard output; of hgrm, a folder')
    .option('--allow-invalid', 'also measurements that are not to be trusted, marked as such')
  withFolder(command)
    .addHelpText('after', exportHelp(typed))
    .action(async (name: string, flags: ExportFlags) => {
      const { exportRun } = await import('./export-run.ts')
      onEnd(await exportRun(name, flags))
    })
}

const MERGE = `Adds up all shares of one load.

Takes what npm run bench -- <name> --shard 1/2 --start-at <time> left, and so on. Counts and histograms are added up without loss, the SLOs are judged on the sum, and the result is a run like any other, in files of its own. Shares of different loads, or not all shares of one, are refused.`

const MERGE_AFTER = `
Exit code
  0 every SLO is met   1 one is missed   2 something is broken   3 inconclusive
  4 not the shares of one load, or not all of them`

function addMerge(program: Command, typed: string, onEnd: OnEnd): void {
  const command = program
    .command('merge')
    .summary('adds up all shares of one load')
    .description(MERGE)
    .argument('<files...>', 'the run files of all shares')
  withFolder(command)
    .addHelpText('after', `${MERGE_AFTER}\n\nExample\n  ${typed} merge results/*-?of3.json`)
    .action(async (paths: readonly string[], flags: { results?: string }) => {
      const { mergeRuns } = await import('./results-actions.ts')
      onEnd(await mergeRuns(paths, flags))
    })
}

const RUN = 'a path, a run id, or as much of one as only one run begins with'

function withFolder(command: Command): Command {
  return command.option(
    '--results <folder>',
    'where the run files are; BENCH_RESULTS or results/ by default',
  )
}
