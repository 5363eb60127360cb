import { join } from 'node:path'
import { comparisonCsv } from '../../compare/report/comparison-csv.ts'
import { comparisonMarkdown } from '../../compare/report/comparison-markdown.ts'
import { comparisonPage } from '../../compare/report/comparison-page.ts'
import { compareRuns } from '../../compare/decision/compare-runs.ts'
import { comparisonExitCode, judgedCounts } from '../../compare/decision/judgement.ts'
import { percentilePlots } from '../../compare/report/choose-plots.ts'
import { renderComparison } from '../../compare/report/render-comparison.ts'
import { InputError } from '../../input-error.ts'
import { findRun, latestRun, type ReadRun } from '../../run-file/read/find-run.ts'
import type { ExitCode } from '../../exit-code.ts'
import { printable } from '../../printable.ts'
import { printableRun } from '../../run-file/printable-run.ts'
import { readRunFile } from '../../run-file/read/read-run-file.ts'
import { print } from '../../report/terminal/print.ts'
import { StepSummary } from '../../report/markdown/step-summary.ts'
import { runFolderToRead } from '../folders.ts'
import { pageFile, writePage } from './write-page.ts'
import { writeOutput } from './write-output.ts'

/** The flags as typed. */
export interface CompareFlags {
  readonly allowUnlike?: true
  readonly plot?: string | boolean
  readonly markdown?: true
  readonly json?: true
  readonly csv?: true
  readonly html?: string | true
  readonly out?: string
  readonly results?: string
}

/**
 * Compares two runs, and prints or writes the comparison.
 * @param candidateName `undefined`: the latest complete run.
 * @throws UserError
 */
export async function compareNamed(
  baselineName: string,
  candidateName: string | undefined,
  flags: CompareFlags,
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
    text: () => renderComparison(comparison, plots()),
    markdown: () => comparisonMarkdown(comparison),
    json: () =>
      `${JSON.stringify({ ...comparison, ...judgedCounts(comparison), exitCode }, null, 2)}\n`,
    csv: () => comparisonCsv(comparison),
  }
  const text = texts[form]()
  const problem = summary?.append(`${comparisonMarkdown(comparison)}\n`) ?? null
  if (problem !== null) process.stderr.write(`${printable(problem)}\n`)
  // Coloured output has been escaped already.
  if (form === 'text' && flags.out === undefined) print(text)
  else writeOutput(form === 'text' ? `${text}\n` : text, flags.out)
  if (flags.html !== undefined) {
    const usual = join(folder, `${comparison.baseline.runId}-${comparison.candidate.runId}.html`)
    await writePage(comparisonPage(comparison, runs), pageFile(flags.html, usual))
  }
  return exitCode
}

function formOf(flags: CompareFlags): 'text' | 'markdown' | 'json' | 'csv' {
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
