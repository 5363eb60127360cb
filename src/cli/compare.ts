import { comparisonCsv } from '../compare/report/comparison-csv.ts'
import { comparisonMarkdown } from '../compare/report/comparison-markdown.ts'
import { compareRuns } from '../compare/decision/compare-runs.ts'
import { comparisonExitCode, judgedCounts } from '../compare/decision/judgement.ts'
import { percentilePlots } from '../compare/report/choose-plots.ts'
import { renderComparison } from '../compare/report/render-comparison.ts'
import { InputError } from '../input-error.ts'
import { findRun, latestRun, type ReadRun } from '../run-file/read/find-run.ts'
import type { ExitCode } from '../exit-code.ts'
import { printable } from '../printable.ts'
import { printableRun } from '../run-file/printable-run.ts'
import { readRunFile } from '../run-file/read/read-run-file.ts'
import { StepSummary } from '../report/markdown/step-summary.ts'
import { typedCommand } from '../typed-command.ts'
import type { Define } from './command-line.ts'
import { addSections } from './help-sections.ts'
import { RESULTS_TO_READ, RUN_ARGUMENT, runFolderToRead } from './run-folder.ts'
import { writeOutput } from './write-output.ts'

interface Flags {
  readonly allowUnlike?: true
  readonly plot?: string | boolean
  readonly markdown?: true
  readonly json?: true
  readonly csv?: true
  readonly out?: string
  readonly results?: string
}

/** `prism-loadtest compare` */
export const compare: Define = (command, end) => {
  command
    .description(
      `Shows two runs side by side. What differs by more than each run's own spread is worth a look.\n\nOne run of each can't prove a regression: ${typedCommand('gate')} does.`,
    )
    .argument('<baseline>', RUN_ARGUMENT)
    .argument('[candidate]', 'the same; the latest complete run by default')
    .option('--allow-unlike', 'compare runs from different environments, and different loads')
    .option(
      '--plot <scenario/operation>',
      'whose percentiles to plot; by default those that differ most',
    )
    .option('--no-plot', 'no plot')
    .option('--markdown', 'print Markdown, for a comment')
    .option('--json', 'print JSON')
    .option('--csv', 'print CSV, one row per scenario, operation and metric')
    .option('--out <file>', 'write to this file instead of standard output')
    .option('--results <folder>', RESULTS_TO_READ)
    .action(async (baseline: string, candidate: string | undefined, flags: Flags) =>
      end(await run(baseline, candidate, flags)),
    )
  addSections(command, {
    environment: [
      ['BENCH_RESULTS', 'the folder of run files'],
      ['GITHUB_STEP_SUMMARY', 'the comparison is added to that file as Markdown, too'],
    ],
    exitCodes: {
      0: 'compared; proves nothing',
      3: "inconclusive: a measurement can't be trusted, or is too short to judge its times",
      4: 'not comparable: different environments or loads, or no scenario in common',
    },
    examples: [typedCommand('compare', '20260102T0304 20260103T0405 --plot mixed/register')],
  })
}

async function run(
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
