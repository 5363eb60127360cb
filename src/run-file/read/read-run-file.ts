import { findContradiction } from './find-contradiction.ts'
import { isIntervalRow } from './columns-from-rows.ts'
import { placeOf, type RunFile, runFileSchema, SCHEMA_VERSION } from '../run-file.ts'
import { printable } from '../../printable.ts'
import { FileError, readRegularFile, type FileFault } from './read-regular-file.ts'
import { findCrowd, findSizeFlaw, MAX_BYTES } from './size-limits.ts'
import { OLDEST_SCHEMA_VERSION, upgradeRunFile } from './upgrade-run-file.ts'
import { UserError } from '../../user-error.ts'
import { typedCommand } from '../../typed-command.ts'

/**
 * - `missing`, `unreadable`: see `FileFault`
 * - `too-large`: it is larger, deeper or has more values than any run file
 * - `not-json`: cut off, or another kind of file
 * - `foreign`: JSON, but not a run file
 * - `schema-version`: a run file of another version of this program
 * - `invalid`: a run file that breaks its schema, or contradicts itself
 */
export type RunFileFault = FileFault | 'not-json' | 'foreign' | 'schema-version' | 'invalid'

/**
 * A run file is unusable. The message is one line that names the file, the first invalid place and the remedy; it
 * is harmless to print whatever the file holds.
 */
export class RunFileError extends UserError {
  override readonly name = 'RunFileError'
  readonly path: string
  readonly fault: RunFileFault

  /** @param message the problem, in one sentence. */
  constructor(path: string, fault: RunFileFault, message: string, cause?: unknown) {
    super(`${printable(path)}: ${printable(message)} ${ADVICE[fault]}`, { cause })
    this.path = path
    this.fault = fault
  }
}

const NOT_OURS = 'Name a run file, or move this one out of the folder.'
const DAMAGED = 'Restore it from a copy, or move it out of the folder.'

const ADVICE: Readonly<Record<RunFileFault, string>> = {
  missing: `${typedCommand('results', 'list')} shows all runs.`,
  unreadable: NOT_OURS,
  'too-large': NOT_OURS,
  'not-json': DAMAGED,
  foreign: NOT_OURS,
  'schema-version': 'Use the version of the program that wrote it.',
  invalid: DAMAGED,
}

/**
 * Reads a run file of this or an older schema version, and checks all of it: schema, every histogram, and that no
 * figure contradicts another.
 * @throws RunFileError
 */
export async function readRunFile(path: string): Promise<RunFile> {
  const refuse = (fault: RunFileFault, message: string): never => {
    throw new RunFileError(path, fault, message)
  }
  const data = parseJson(path, readBytes(path))
  const crowd = findCrowd(data, isIntervalRow)
  if (crowd?.fault === 'too-large') refuse('too-large', `is not a run file: it ${crowd.message}.`)
  if (crowd !== null) refuse('invalid', `is not a valid run file: ${crowd.message}.`)
  if (typeof data !== 'object' || data === null || !('schemaVersion' in data)) {
    return refuse('foreign', 'is not a run file: it has no schemaVersion.')
  }
  const current = upgradeRunFile(data)
  if (current.schemaVersion !== SCHEMA_VERSION) {
    const version = JSON.stringify(data.schemaVersion)
    const known = `${OLDEST_SCHEMA_VERSION} to ${SCHEMA_VERSION}`
    refuse('schema-version', `has schemaVersion ${version}; this program reads ${known}.`)
  }
  const checked = runFileSchema.safeParse(current)
  if (!checked.success) {
    return refuse('invalid', `is not a valid run file: ${placeOf(checked.error)}.`)
  }
  const contradiction = findContradiction(checked.data, Number(data.schemaVersion))
  if (contradiction !== null) refuse('invalid', `contradicts itself: ${contradiction}`)
  return checked.data
}

function readBytes(path: string): Buffer {
  try {
    return readRegularFile(path, MAX_BYTES)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    throw new RunFileError(path, error.fault, error.message, error)
  }
}

/** Some editors start a text with it. */
const BYTE_ORDER_MARK = /^\ufeff/

function parseJson(path: string, bytes: Buffer): unknown {
  const flaw = findSizeFlaw(bytes)
  if (flaw !== null) throw new RunFileError(path, 'too-large', `is not a run file: it ${flaw}.`)
  const text = bytes.toString().replace(BYTE_ORDER_MARK, '')
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = /^\s*\{/.test(text)
      ? `is damaged or was cut off: ${reasonOf(error)}.`
      : `is not a run file, because it is not JSON: ${reasonOf(error)}.`
    throw new RunFileError(path, 'not-json', message, error)
  }
}

/** Without quoting the file, which may be a private one behind a link. */
function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  return reason.replace(/^(Unexpected token '.+?'), .*$/s, '$1')
}
