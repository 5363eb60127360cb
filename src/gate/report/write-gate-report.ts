import { appendFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { writeWholeFile } from '../../results/whole-files.ts'
import { ensureWritableFolder, resultsFolderError } from '../../results/results-folder.ts'
import { gateReportSchema, type GateReport } from './gate-report.ts'
import { renderGateMarkdown } from './render-gate.ts'

/** Where a gate's report goes, besides `gate.json` beside its run files. */
export interface ReportFiles {
  readonly markdown: string | null
  readonly json: string | null
  /** To be added to: what `GITHUB_STEP_SUMMARY` names. */
  readonly summary: string | null
}

/**
 * Proves that the files can be written, before anything is measured for them.
 * @throws ResultsFolderError
 */
export function checkReportFiles({ markdown, json }: ReportFiles): void {
  for (const path of [markdown, json])
    if (path !== null) ensureWritableFolder(dirname(resolve(path)))
}

/** @throws ResultsFolderError */
export function writeGateReport(report: GateReport, files: ReportFiles): void {
  const checked = gateReportSchema.parse(report)
  const json = `${JSON.stringify(checked, null, 2)}\n`
  const markdown = renderGateMarkdown(report)
  write(join(report.runs, 'gate.json'), json)
  if (files.json !== null) write(files.json, json)
  if (files.markdown !== null) write(files.markdown, markdown)
  if (files.summary !== null) write(files.summary, `${markdown}\n`, appendFileSync)
}

function write(
  path: string,
  text: string,
  by: (path: string, text: string) => void = writeWholeFile,
): void {
  try {
    by(path, text)
  } catch (error) {
    throw resultsFolderError(dirname(path), error)
  }
}
