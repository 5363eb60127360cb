import { redactUrls } from '../../environment/redact-url.ts'
import { printable } from '../../printable.ts'
import { readTracesData } from '../../run-file/read/read-traces-data.ts'
import { readSpans, type ReadTrace } from '../../traces/waterfall/read-spans.ts'

/** The traces of a run's slowest requests, or why they are unknown. */
export type TracesOfRun =
  | { readonly kind: 'read'; readonly traces: ReadonlyMap<string, ReadTrace> }
  /** Whole sentences, harmless to print. */
  | { readonly kind: 'unreadable'; readonly problem: string }

/**
 * Reads some traces of a file, which may be missing, damaged or hostile: `unreadable` says what was wrong. Throws nothing.
 * Texts are short and printable, and addresses in them have no secrets.
 * @param ids of the traces, of 32 lower-case hex digits.
 */
export function readTracesFile(path: string, ids: readonly string[]): TracesOfRun {
  const data = readTracesData(path)
  if (data.kind === 'unreadable') return data
  const wanted = new Set(ids)
  const traces = readSpans(
    data.resourceSpans,
    (id) => wanted.has(id),
    (text) => printable(redactUrls(text)),
  )
  return { kind: 'read', traces }
}
