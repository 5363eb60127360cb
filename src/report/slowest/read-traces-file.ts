import { redactUrls } from '../../environment/redact-url.ts'
import { printable } from '../../printable.ts'
import { FileError, readRegularFile } from '../../run-file/read/read-regular-file.ts'
import { findSizeFlaw } from '../../run-file/read/size-limits.ts'
import { readSpans, type ReadTrace } from '../../traces/waterfall/read-spans.ts'

/** The traces of a run's slowest requests, or why they are unknown. */
export type TracesOfRun =
  | { readonly kind: 'read'; readonly traces: ReadonlyMap<string, ReadTrace> }
  /** Whole sentences, harmless to print. */
  | { readonly kind: 'unreadable'; readonly problem: string }

/** Where a run's traces are: beside its run file. */
export function tracesPathOf(runFile: string): string {
  return `${runFile.replace(/\.json$/, '')}.traces.json`
}

/** Files larger than this are not read, in bytes. */
const MAX_BYTES = 128 * 2 ** 20

/**
 * Reads some traces of a file, which may be missing, damaged or hostile: `unreadable` says what was wrong. Throws nothing.
 * Texts are short and printable, and addresses in them have no secrets.
 * @param ids of the traces, of 32 lower-case hex digits.
 */
export function readTracesFile(path: string, ids: readonly string[]): TracesOfRun {
  const unreadable = (reason: string): TracesOfRun => ({
    kind: 'unreadable',
    problem: `${printable(path)}: ${printable(reason)}`,
  })
  try {
    const bytes = readRegularFile(path, MAX_BYTES)
    const flaw = findSizeFlaw(bytes)
    if (flaw !== null) return unreadable(`${flaw}.`)
    const wanted = new Set(ids)
    const data: unknown = JSON.parse(bytes.toString('utf8'))
    const traces = readSpans(
      data,
      (id) => wanted.has(id),
      (text) => printable(redactUrls(text)),
    )
    return traces === null
      ? unreadable('is not a file of traces: it has no list "resourceSpans".')
      : { kind: 'read', traces }
  } catch (error) {
    if (error instanceof FileError) return unreadable(error.message)
    return unreadable(
      error instanceof SyntaxError ? 'is not JSON, or is cut off.' : "can't be read.",
    )
  }
}
