import { Option, type Command } from 'commander'
import { typedCommand } from '../../typed-command.ts'
import type { Define, OnEnd } from '../command-line.ts'
import { EXPORT, EXPORT_EXAMPLES, FORMATS } from './export-help.ts'
import type { ExportFlags } from '../actions/export-run.ts'
import { addSections } from '../help-sections.ts'
import type { HistoryFlags } from '../actions/trend.ts'
import type { ReportFlags, ShowFlags } from '../actions/results.ts'
import { RESULTS_TO_READ, RUN_ARGUMENT } from '../folders.ts'

/** `prism-loadtest results` and its sub-commands, which load their code when run. */
export const results: Define = (command, end) => {
  command
    .description('Lists, shows, exports and merges run files, and shows their history.')
    .helpCommand(false)
  addSections(command, {
    exitCodes: {
      0: 'done',
      1: 'merge only: an SLO is missed',
      3: "inconclusive: a measurement can't be trusted",
      4: 'merge only: not the shards of one load, or not all of them',
    },
    examples: [typedCommand('results', 'list'), typedCommand('results', 'show --help')],
  })
  addList(command, end)
  addShow(command, end)
  addReport(command, end)
  addExport(command, end)
  addMerge(command, end)
  addHistory(command, end)
}

function addList(program: Command, end: OnEnd): void {
  const command = program
    .command('list')
    .description('Lists all runs of the folder, the newest first.')
  withFolder(command)
    .option('--json', 'print JSON')
    .action(async (flags: { results?: string; json?: true }) => {
      const { listRuns } = await import('../actions/results.ts')
      end(await listRuns(flags))
    })
  addSections(command, {
    exitCodes: { 0: 'listed' },
    examples: [typedCommand('results', 'list')],
  })
}

function addShow(program: Command, end: OnEnd): void {
  const command = program
    .command('show')
    .description('Prints the report of a run again, from its file.')
    .argument('<run>', RUN_ARGUMENT)
    .option('--every <time>', 'show how figures changed, with one line per this time, such as 30s')
  withFolder(command).action(async (name: string, flags: ShowFlags) => {
    const { showRun } = await import('../actions/results.ts')
    end(await showRun(name, flags))
  })
  addSections(command, {
    exitCodes: { 0: 'shown' },
    examples: [
      typedCommand('results', 'show 20260102T0304'),
      typedCommand('results', 'show 20260102T0304 --every 30s'),
    ],
  })
}

function addReport(program: Command, end: OnEnd): void {
  const command = program
    .command('report')
    .summary('write the report of a run again, as HTML')
    .description(
      'Writes the report of a run again, from its run file: one HTML file that opens from disk and loads nothing. Reports of older run files have fewer charts.',
    )
    .argument('<run>', RUN_ARGUMENT)
    .option('--out <file>', 'the file to write; <runId>.html beside the run file by default')
  withFolder(command).action(async (name: string, flags: ReportFlags) => {
    const { writeReport } = await import('../actions/results.ts')
    end(await writeReport(name, flags))
  })
  addSections(command, {
    exitCodes: { 0: 'written' },
    examples: [typedCommand('results', 'report 20260102T0304')],
  })
}

function addExport(program: Command, end: OnEnd): void {
  const command = program
    .command('export')
    .summary('write a run in another form')
    .description(EXPORT)
    .argument('<run>', RUN_ARGUMENT)
    .option('--format <format>', 'one of the formats below')
    .option('--csv', 'short for --format csv; so are --intervals, --metrics and --json')
    .addOption(new Option('--intervals').hideHelp())
    .addOption(new Option('--metrics').hideHelp())
    .addOption(new Option('--json').hideHelp())
    .option('--out <path>', 'a file instead of standard output; for hgrm, a folder')
    .option('--allow-invalid', 'also export untrusted measurements, marked as such')
  withFolder(command).action(async (name: string, flags: ExportFlags) => {
    const { exportRun } = await import('../actions/export-run.ts')
    end(await exportRun(name, flags))
  })
  addSections(command, {
    sections: [['Formats', FORMATS]],
    exitCodes: { 0: 'exported', 3: "not exported: a measurement can't be trusted" },
    examples: EXPORT_EXAMPLES.map((args) => typedCommand('results', args)),
  })
}

function addMerge(program: Command, end: OnEnd): void {
  const command = program
    .command('merge')
    .summary('add up all shards of one load')
    .description(
      `Adds up all shards of one load.\n\nTakes the run files of ${typedCommand('bench', '<name> --shard 1/2 --start-at <time>')} and so on. Counts and histograms are added up without loss, SLOs are judged on the sum, and the result is a run like any other, in files of its own. Shards of different loads, and incomplete loads, are refused.`,
    )
    .argument('<files...>', 'the run files of all shards')
  withFolder(command).action(async (paths: readonly string[], flags: { results?: string }) => {
    const { mergeRuns } = await import('../actions/results.ts')
    end(await mergeRuns(paths, flags))
  })
  addSections(command, {
    exitCodes: {
      0: 'every SLO is met',
      1: 'one is missed',
      3: 'inconclusive',
      4: 'not the shards of one load, or not all of them',
    },
    examples: [typedCommand('results', 'merge results/*-?of3.json')],
  })
}

function addHistory(program: Command, end: OnEnd): void {
  const command = program
    .command('history')
    .summary('show what the history holds, or write it as a page')
    .description(
      `Lists the operations of all runs, with their periods and changes. With --html, also writes a page of every metric over commits, ready to publish.\n\n${typedCommand('trend')} shows chosen scenarios and metrics, and can raise an alarm.`,
    )
    .option('--html [file]', 'write the page; history.html beside the runs by default')
  withFolder(command).action(async (flags: HistoryFlags) => {
    const { showHistory } = await import('../actions/trend.ts')
    end(await showHistory(flags))
  })
  addSections(command, {
    exitCodes: { 0: 'shown, whatever changed', 3: 'there are no valid runs' },
    examples: [typedCommand('results', 'history --html')],
  })
}

function withFolder(command: Command): Command {
  return command.option('--results <folder>', RESULTS_TO_READ)
}
