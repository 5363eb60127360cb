import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { hasNotes, notesCsv } from '../csv/notes-csv.ts'
import {
  placeOf,
  type RunFile,
  runFileSchema,
  type ScenarioEntry,
  scenarioSchema,
} from '../run-file.ts'
import { formatJson } from './format-json.ts'
import { withoutSecrets } from './without-secrets.ts'
import { createWholeFile, replaceFiles } from './whole-files.ts'
import { resultsFolderError } from './results-folder.ts'
import { faultsCsv, hasFaults } from '../csv/faults-csv.ts'
import { intervalsCsv } from '../csv/intervals-csv.ts'
import { microCsv } from '../csv/micro-csv.ts'
import { hasBounds, sloCsv } from '../csv/slo-csv.ts'
import { operationsCsv } from '../csv/operations-csv.ts'
import { numberedRunId } from '../run-id.ts'

/** Where a run's files are. */
export interface ResultPaths {
  readonly json: string
  readonly csv: string
  readonly intervalsCsv: string
  /** Present if a bound was judged. */
  readonly sloCsv?: string
  /** Present if a load was given faults. */
  readonly faultsCsv?: string
  /** Present if requests wrote checks, tags or metrics. */
  readonly metricsCsv?: string
  /** Present if micro-benchmarks were run. */
  readonly microCsv?: string
  /** Present if traces were kept; see `TracesFile`. */
  readonly tracesJson?: string
}

/**
 * Writes `<runId>.json`, `<runId>.csv`, `<runId>.intervals.csv`, and those of `ResultPaths` that the run has rows for,
 * replacing an earlier state of the same run; see `replaceFiles`. Synchronous, so that an exiting process can still
 * call it. Addresses in any text lose their secrets.
 *
 * @throws ResultsFolderError if the folder accepts no files.
 * @throws Error if the run does not match the schema: a defect of the caller.
 */
export function writeRunFile(folder: string, run: RunFile): ResultPaths {
  const checked = checkedRun(run)
  const paths = pathsOf(folder, run)
  const others = [
    [paths.sloCsv, sloCsv(checked)],
    [paths.faultsCsv, faultsCsv(checked)],
    [paths.metricsCsv, notesCsv(checked)],
    [paths.microCsv, microCsv(checked)],
  ] as const
  try {
    replaceFiles([
      [paths.json, jsonOf(checked)],
      [paths.csv, operationsCsv(checked)],
      [paths.intervalsCsv, intervalsCsv(checked)],
      ...others.flatMap(([path, text]) =>
        path === undefined || text === null ? [] : [[path, text] as const],
      ),
    ])
  } catch (error) {
    throw resultsFolderError(folder, error)
  }
  return paths
}

/**
 * Writes a run's files for the first time, under its own name or, if that is taken, with the first free number.
 * However many processes do so at once, each name goes to one of them.
 *
 * @returns the run under its final name.
 * @throws ResultsFolderError if the folder accepts no files; it is left unchanged.
 * @throws Error if the run does not match the schema: a defect of the caller.
 */
export function createRunFile(folder: string, run: RunFile): RunFile {
  for (let number = 1; ; number += 1) {
    const named = { ...run, runId: numberedRunId(run.runId, number) }
    const { json } = pathsOf(folder, named)
    const text = jsonOf(checkedRun(named))
    try {
      if (!createWholeFile(json, text)) continue
    } catch (error) {
      throw resultsFolderError(folder, error)
    }
    try {
      writeRunFile(folder, named)
    } catch (error) {
      rmSync(json, { force: true })
      throw error
    }
    return named
  }
}

/** Where a folder holds, or will hold, the files of a run; without its traces. */
export function pathsOf(folder: string, run: RunFile): ResultPaths {
  const pathOf = (ending: string): string => join(folder, `${run.runId}.${ending}`)
  return {
    json: pathOf('json'),
    csv: pathOf('csv'),
    intervalsCsv: pathOf('intervals.csv'),
    ...(hasBounds(run) ? { sloCsv: pathOf('slo.csv') } : {}),
    ...(hasFaults(run) ? { faultsCsv: pathOf('faults.csv') } : {}),
    ...(hasNotes(run) ? { metricsCsv: pathOf('metrics.csv') } : {}),
    ...(run.microBenchmarks.length > 0 ? { microCsv: pathOf('micro.csv') } : {}),
  }
}

function jsonOf(run: RunFile): string {
  return `${formatJson(run, '', (part) => textOfChecked.get(part))}\n`
}

/**
 * Scenarios that were written before, by the entry as it was given: an hour of ten operations takes half a second to
 * check and to format, and files are rewritten after each scenario.
 */
const checkedScenarios = new WeakMap<ScenarioEntry, ScenarioEntry>()
/** The text of checked scenarios. */
const textOfChecked = new WeakMap<object, string>()
/** Of a scenario in the text of a run. */
const SCENARIO_INDENT = '    '

function checkedRun(run: RunFile): RunFile {
  const { scenarios, ...others } = run
  const checked = runFileSchema.safeParse(withoutSecrets({ ...others, scenarios: [] }))
  if (!checked.success) throw unstorable(run, placeOf(checked.error))
  return { ...checked.data, scenarios: scenarios.map((scenario) => checkedScenario(run, scenario)) }
}

function checkedScenario(run: RunFile, scenario: ScenarioEntry): ScenarioEntry {
  const known = checkedScenarios.get(scenario)
  if (known !== undefined) return known
  const checked = scenarioSchema.safeParse(withoutSecrets(scenario))
  if (!checked.success) throw unstorable(run, placeOf(checked.error))
  checkedScenarios.set(scenario, checked.data)
  textOfChecked.set(checked.data, formatJson(checked.data, SCENARIO_INDENT))
  return checked.data
}

function unstorable({ runId }: RunFile, place: string): Error {
  return new Error(`The run ${runId} can't be stored: ${place}`)
}
