import { open } from 'node:fs/promises'
import { countedDeliveries } from '../load/totals.ts'
import { findHistogramFlaw } from './histogram-json.ts'
import type { HistogramJson } from './histogram-schema.ts'
import type { LoadResultJson } from './load-result-schema.ts'
import { intervalSchema } from './load-result-schema.ts'
import { placeOf } from './place.ts'
import { printable } from './printable.ts'
import { runFileSchema, SCHEMA_VERSION, type RunFile } from './run-file.ts'
import { findCrowd, findSizeFlaw, LARGEST_BYTES } from './size-limits.ts'
import { OLDEST_SCHEMA_VERSION, upgradeRunFile } from './upgrade-run-file.ts'

/**
 * - `missing`: there is no such file
 * - `unreadable`: it is a folder or no file at all, or this user may not read it
 * - `too-large`: it is larger, deeper or fuller than any run file
 * - `not-json`: cut off, or something else altogether
 * - `foreign`: JSON, but not a run file
 * - `schema-version`: a run file of another version of this program
 * - `invalid`: a run file that breaks its schema
 */
export type RunFileFault =
  | 'missing'
  | 'unreadable'
  | 'too-large'
  | 'not-json'
  | 'foreign'
  | 'schema-version'
  | 'invalid'

/**
 * A run file can't be used. The message names it and the first place that is wrong, and is harmless to
 * print whatever the file holds. Exit code 2.
 */
export class RunFileError extends Error {
  override readonly name = 'RunFileError'
  readonly path: string
  readonly fault: RunFileFault

  constructor(path: string, fault: RunFileFault, message: string, cause?: unknown) {
    super(`${printable(path)}: ${printable(message)}`, { cause })
    this.path = path
    this.fault = fault
  }
}

/**
 * Reads a run file, also of an older version of the schema, and checks all of it, histograms included.
 * @throws RunFileError
 */
export async function readRunFile(path: string): Promise<RunFile> {
  const data = parseJson(path, await readBytes(path))
  const crowd = findCrowd(data, (item) => intervalSchema.safeParse(item).success)
  if (crowd !== null) {
    const { fault, message } = crowd
    throw new RunFileError(
      path,
      fault,
      fault === 'too-large'
        ? `is not a run file: it ${message}.`
        : `is not a valid run file: ${message}`,
    )
  }
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

async function readBytes(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const stats = await file.stat()
      if (stats.isDirectory()) {
        throw new RunFileError(path, 'unreadable', 'is a folder, not a run file.')
      }
      // Pipes and devices may have no end.
      if (!stats.isFile()) throw new RunFileError(path, 'unreadable', 'is not a file.')
      if (stats.size > LARGEST_BYTES) {
        const size = `${Math.round(stats.size / 2 ** 20)} MiB`
        throw new RunFileError(path, 'too-large', `is not a run file: it has ${size}.`)
      }
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof RunFileError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new RunFileError(path, 'missing', 'there is no such file.', error)
    }
    const reason = error instanceof Error ? error.message : String(error)
    throw new RunFileError(path, 'unreadable', `can't be read: ${reason}`, error)
  }
}

function parseJson(path: string, bytes: Buffer): unknown {
  const flaw = findSizeFlaw(bytes)
  if (flaw !== null) throw new RunFileError(path, 'too-large', `is not a run file: it ${flaw}.`)
  const text = bytes.toString()
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
    if (scenario.state !== 'measured') continue
    const { model, metrics } = scenario.result
    const ofIterations =
      model.kind === 'closed' ? findHistogramFlaw(model.iterations.time.hdrV2Base64) : null
    if (ofIterations !== null) {
      return `scenarios[${i}].result.model.iterations.time.hdrV2Base64: ${ofIterations}`
    }
    for (const [k, metric] of metrics.entries()) {
      const flaw = metric.kind === 'trend' ? findHistogramFlaw(metric.hdrV2Base64) : null
      if (flaw !== null) return `scenarios[${i}].result.metrics[${k}].hdrV2Base64: ${flaw}`
    }
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

function histogramsOfTags({
  tags,
}: LoadResultJson['operations'][number]): readonly (readonly [string, HistogramJson])[] {
  return tags.flatMap(({ response, service, undisturbed }, i) =>
    Object.entries({ response, service, undisturbed }).map(
      ([name, histogram]) => [`tags[${i}].${name}`, histogram] as const,
    ),
  )
}

function histogramsOf(
  operation: LoadResultJson['operations'][number],
): readonly (readonly [string, HistogramJson])[] {
  const { response, service, undisturbed, failure, lateness } = operation
  const deliveries = countedDeliveries(operation.deliveries)
  const ofRequests = [
    ...Object.entries({ response, service, undisturbed, failure, lateness }),
    ...histogramsOfTags(operation),
  ]
  if (deliveries === null) return ofRequests
  const { receipt, completion, undisturbedCompletion } = deliveries
  const ofDeliveries = Object.entries({ receipt, completion, undisturbedCompletion })
  return [
    ...ofRequests,
    ...ofDeliveries.map(([name, histogram]) => [`deliveries.${name}`, histogram] as const),
  ]
}
