import { readFile } from 'node:fs/promises'
import { findHistogramFlaw } from './histogram-json.ts'
import type { HistogramJson, LoadResultJson } from './load-result-schema.ts'
import { placeOf } from './place.ts'
import { runFileSchema, SCHEMA_VERSION, type RunFile } from './run-file.ts'
import { OLDEST_SCHEMA_VERSION, upgradeRunFile } from './upgrade-run-file.ts'

/**
 * - `missing`: there is no such file
 * - `unreadable`: it is a folder, or this user may not read it
 * - `not-json`: cut off, or something else altogether
 * - `foreign`: JSON, but not a run file
 * - `schema-version`: a run file of another version of this program
 * - `invalid`: a run file that breaks its schema
 */
export type RunFileFault =
  | 'missing'
  | 'unreadable'
  | 'not-json'
  | 'foreign'
  | 'schema-version'
  | 'invalid'

/** A run file can't be used. The message names it and the first place that is wrong. Exit code 2. */
export class RunFileError extends Error {
  override readonly name = 'RunFileError'
  readonly path: string
  readonly fault: RunFileFault

  constructor(path: string, fault: RunFileFault, message: string, cause?: unknown) {
    super(`${path}: ${message}`, { cause })
    this.path = path
    this.fault = fault
  }
}

/**
 * Reads a run file, also of an older version of the schema, and checks all of it, histograms included.
 * @throws RunFileError
 */
export async function readRunFile(path: string): Promise<RunFile> {
  const data = parseJson(path, await readText(path))
  if (typeof data !== 'object' || data === null || !('schemaVersion' in data)) {
    throw new RunFileError(path, 'foreign', 'is not a run file: it has no schemaVersion.')
  }
  const current = upgradeRunFile(data)
  if (current.schemaVersion !== SCHEMA_VERSION) {
    const message = `has schemaVersion ${JSON.stringify(data.schemaVersion)}; this program reads ${OLDEST_SCHEMA_VERSION} to ${SCHEMA_VERSION}. Use the version of the program that wrote it.`
    throw new RunFileError(path, 'schema-version', message)
  }
  const checked = runFileSchema.safeParse(current)
  if (!checked.success) {
    throw new RunFileError(path, 'invalid', `is not a valid run file: ${placeOf(checked.error)}`)
  }
  const flaw = firstHistogramFlaw(checked.data)
  if (flaw !== null) throw new RunFileError(path, 'invalid', `is not a valid run file: ${flaw}`)
  return checked.data
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new RunFileError(path, 'missing', 'there is no such file.', error)
    }
    if (code === 'EISDIR') {
      throw new RunFileError(path, 'unreadable', 'is a folder, not a run file.', error)
    }
    const reason = error instanceof Error ? error.message : String(error)
    throw new RunFileError(path, 'unreadable', `can't be read: ${reason}`, error)
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = /^\s*\{/.test(text)
      ? `is damaged or was cut off: ${reason}`
      : `is not a run file, for it is not JSON: ${reason}`
    throw new RunFileError(path, 'not-json', message, error)
  }
}

function firstHistogramFlaw(run: RunFile): string | null {
  for (const [i, scenario] of run.scenarios.entries()) {
    if (scenario.state === 'unmeasured') continue
    for (const [k, operation] of scenario.result.operations.entries()) {
      for (const [name, { hdrV2Base64 }] of histogramsOf(operation)) {
        const flaw = findHistogramFlaw(hdrV2Base64)
        if (flaw === null) continue
        return `scenarios[${i}].result.operations[${k}].${name}.hdrV2Base64: ${flaw}`
      }
    }
  }
  return null
}

function histogramsOf(
  operation: LoadResultJson['operations'][number],
): readonly (readonly [string, HistogramJson])[] {
  const { response, service, failure, lateness, deliveries } = operation
  const ofRequests = Object.entries({ response, service, failure, lateness })
  if (deliveries === null) return ofRequests
  const { receipt, completion } = deliveries
  return [...ofRequests, ['deliveries.receipt', receipt], ['deliveries.completion', completion]]
}
