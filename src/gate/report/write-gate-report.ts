import { dirname, join, resolve } from 'node:path'
import { gateJunit } from './gate-junit.ts'
import type { StepSummary } from '../../report/markdown/step-summary.ts'
import { writeWholeFile } from '../../run-file/write/whole-files.ts'
import { ensureWritableFolder, resultsFolderError } from '../../run-file/write/results-folder.ts'
import { RELEASED_NAMES } from '../versions/both.ts'
import { gateReportSchema, type GateReport } from './gate-report.ts'
import { releasedForm } from './released-names.ts'
import { gateRows, renderGateMarkdown } from './render-gate.ts'

/** Destinations of a gate's report, besides `gate.json` and `gate.html` beside its run files. */
export interface ReportFiles {
  readonly markdown: string | null
  readonly json: string | null
  readonly junit: string | null
  readonly html: string | null
  /** The file named by `GITHUB_STEP_SUMMARY`. */
  readonly summary: StepSummary | null
}

/**
 * Checks that the files can be written, before measuring anything.
 * @throws ResultsFolderError
 */
export function checkReportFiles({ markdown, json, junit, html }: ReportFiles): void {
  for (const path of [markdown, json, junit, html])
    if (path !== null) ensureWritableFolder(dirname(resolve(path)))
}

/**
 * Writes a report in every form but its page.
 * @returns why the step's summary could not be written; `null` if it could. The verdict doesn't depend on it.
 * @throws ResultsFolderError
 */
export function writeGateReport(report: GateReport, files: ReportFiles): string | null {
  const checked = gateReportSchema.parse(report)
  const json = `${JSON.stringify(releasedForm(checked), null, 2)}\n`
  const markdown = renderGateMarkdown(report)
  write(join(report.runs, 'gate.json'), json)
  if (files.json !== null) write(files.json, json)
  if (files.markdown !== null) write(files.markdown, markdown)
  if (files.junit !== null) write(files.junit, junitOf(report))
  return files.summary?.append(`${markdown}\n`) ?? null
}

/**
 * Writes a report's page, after the forms that decisions are made from.
 * @throws ResultsFolderError
 */
export function writeGatePage(report: GateReport, page: string, { html }: ReportFiles): void {
  write(join(report.runs, 'gate.html'), page)
  if (html !== null) write(html, page)
}

function junitOf(report: GateReport): string {
  const { startedAt, exitCode, baseline, candidate, runs } = report
  const properties = [
    [RELEASED_NAMES.baseline, baseline.version],
    [RELEASED_NAMES.candidate, candidate.version],
    ['gate.json', join(runs, 'gate.json')],
  ] as const
  return gateJunit(gateRows(report), { startedAt, exitCode, properties })
}

function write(path: string, text: string): void {
  try {
    writeWholeFile(path, text)
  } catch (error) {
    throw resultsFolderError(dirname(path), error)
  }
}
