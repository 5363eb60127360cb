import { printable } from '../../printable.ts'
import { FileError, readRegularFile } from './read-regular-file.ts'
import { findSizeFlaw } from './size-limits.ts'

/** What a file of traces holds, or why it can't be read. */
export type TracesData =
  /** `ResourceSpans` of OTLP/JSON, unchecked. */
  | { readonly kind: 'read'; readonly resourceSpans: readonly unknown[] }
  /** Whole sentences, harmless to print. */
  | { readonly kind: 'unreadable'; readonly problem: string }

/** Files larger than this are not read, in bytes. */
const MAX_BYTES = 128 * 2 ** 20

/** Reads a file of traces, which may be missing, damaged or hostile. Throws nothing. */
export function readTracesData(path: string): TracesData {
  const unreadable = (reason: string): TracesData => ({
    kind: 'unreadable',
    problem: `${printable(path)}: ${printable(reason)}`,
  })
  try {
    const bytes = readRegularFile(path, MAX_BYTES)
    const flaw = findSizeFlaw(bytes)
    if (flaw !== null) return unreadable(`${flaw}.`)
    const data: unknown = JSON.parse(bytes.toString('utf8'))
    const isObject = typeof data === 'object' && data !== null
    const resourceSpans = isObject && 'resourceSpans' in data ? data.resourceSpans : null
    if (Array.isArray(resourceSpans)) return { kind: 'read', resourceSpans }
    return unreadable('is not a file of traces: it has no list "resourceSpans".')
  } catch (error) {
    if (error instanceof FileError) return unreadable(error.message)
    return unreadable(
      error instanceof SyntaxError ? 'is not JSON, or is cut off.' : "can't be read.",
    )
  }
}
