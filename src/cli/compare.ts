import { comparisonCsv } from '../compare/report/comparison-csv.ts'
import { comparisonMarkdown } from '../compare/report/comparison-markdown.ts'
import { compareRuns } from '../compare/decision/compare-runs.ts'
import { comparisonExitCode, judgedCounts } from '../compare/decision/judgement.ts'
import { percentilePlots } from '../compare/report/choose-plots.ts'
import { renderComparison } from '../compare/report/render-comparison.ts'
import { InputError } from '../input-error.ts'
import { findRun, latestRun, type ReadRun } from '../run-file/read/find-run.ts'
import { EXIT, type ExitCode } from '../run-file/outcome.ts'
import { printable, printableRun } from '../run-file/printable.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { StepSummary } from '../report/step-summary.ts'
import { commandLine, runCommandLine } from './command-line.ts'
import { runFolderToRead } from './run-folder.ts'
import { writeOutput } from './write-output.ts'

const DESCRIPTION = `Two runs side by side: what differs by more than each run's own spread is worth a look.

One run of each can't prove a regression: npm run gate does.`

const AFTER = `
Exit code
  0 compared: nothing is claimed   2 something is broken
  3 inconclusive: a measurement is not to be trusted, or too short to judge its times
  4 not comparable: unlike environments or loads, or no scenario in common

Environment
  GITHUB_STEP_SUMMARY    the Markdown is added to that file, whatever else is asked for

Example
  npm run compare -- 20260102T0304 20260103T0405 --plot mixed/register`

interface Flags {
  readonly allowUnlike?: true
  readonly plot?: string | boolean
  readonly markdown?: true
  readonly json?: true
  readonly csv?: true
  readonly out?: string
  readonly results?: string
}

/** The command line of `npm run compare`. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.good
  const runName = 'a path, a run id, or as much of one as only one run begins with'
  const program = commandLine('npm run compare --', DESCRIPTION)
    .argument('<baseline>', runName)
    .argument('[candidate]', 'the same; the latest complete run by default')
    .option('--allow-unlike', 'compare runs from unlike environments, and unlike loads')
    .option(
      '--plot <scenario/operation>',
      'which percentiles are plotted; what differs most by default',
    )
    .option('--no-plot', 'no plot')
    .option('--markdown', 'as Markdown, for a comment')
    .option('--json', 'as JSON')
    .option('--csv', 'as CSV, a row a scenario, operation and metric')
    .option('--out <file>', 'instead of standard output')
    .option(
      '--results <folder>',
      'where run ids are looked up; BENCH_RESULTS or results/ by default',
    )
    .addHelpText('after', AFTER)
    .action(async (baseline: string, candidate: string | undefined, flags: Flags) => {
      exitCode = await compare(baseline, candidate, flags)
    })
  await runCommandLine(program, args)
  return exitCode
}

async function compare(
  baselineName: string,
  candidateName: string | undefined,
  flags: Flags,
): Promise<ExitCode> {
  const form = formOf(flags)
  const summary = StepSummary.open(process.env)
  const folder = runFolderToRead(flags.results)
  const baseline = await readNamed(baselineName, folder)
  const candidate =
    candidateName === undefined
      ? await latestRun(folder, baseline.run.runId)
      : await readNamed(candidateName, folder)
  const runs = [printableRun(baseline.run), printableRun(candidate.run)] as const
  const comparison = compareRuns(...runs, { isUnlikeAllowed: flags.allowUnlike === true })
  const exitCode = comparisonExitCode(comparison)
  const plots = (): readonly string[] =>
    form !== 'text' || flags.plot === false
      ? []
      : percentilePlots(...runs, typeof flags.plot === 'string' ? flags.plot : null)
  const texts = {
    text: () => `${renderComparison(comparison, plots())}\n`,
    markdown: () => comparisonMarkdown(comparison),
    json: () =>
      `${JSON.stringify({ ...comparison, ...judgedCounts(comparison), exitCode }, null, 2)}\n`,
    csv: () => comparisonCsv(comparison),
  }
  const text = texts[form]()
  const problem = summary?.append(`${comparisonMarkdown(comparison)}\n`) ?? null
  if (problem !== null) process.stderr.write(`${printable(problem)}\n`)
  // What is printed in colours is harmless already.
  if (form === 'text' && flags.out === undefined) process.stdout.write(text)
  else writeOutput(text, flags.out)
  return exitCode
}

function formOf(flags: Flags): 'text' | 'markdown' | 'json' | 'csv' {
  const [form = 'text', ...others] = (['markdown', 'json', 'csv'] as const).filter(
    (key) => flags[key],
  )
  if (others.length > 0) throw new InputError('Give one of --markdown, --json and --csv.')
  return form
}

async function readNamed(name: string, folder: string): Promise<ReadRun> {
  const path = findRun(name, folder)
  return { path, run: await readRunFile(path) }
}
