import { InputError } from '../input-error.ts'
import { printable } from '../printable.ts'
import { EventStream } from '../report/live/event-stream.ts'
import { parentListener } from '../report/live/parent-events.ts'
import type { RunListener } from '../report/live/run-event.ts'
import { openRunTelemetry, type TelemetryFlags } from './run-telemetry.ts'

/** Flags of commands whose runs can be followed. */
export interface ListenerFlags extends TelemetryFlags {
  /** The port; `true` for any free port. */
  readonly live?: true | string | undefined
  readonly stream?: string | undefined
}

/** Whatever follows a run. */
export interface RunListeners {
  readonly listeners: readonly RunListener[]
  /** Whether they need the exact times of progress. */
  readonly needsExact: boolean
  /** Called with the traces of each scenario's requests, each a `ResourceSpans` as JSON. */
  readonly onTraces: (resourceSpans: readonly string[]) => void
  /** For everything that people read. */
  readonly out: NodeJS.WriteStream
  /** Called once the run has ended, with its exit code. */
  close(exitCode: number): Promise<void>
}

interface Listener {
  readonly listener: RunListener
  close(exitCode: number): Promise<void>
}

/**
 * Opens what the flags name, before anything is measured, and prints the address of a live page.
 * @param printTo for everything that people read, unless the stream takes standard output.
 * @throws InputError
 */
export async function openListeners(
  { live, stream, ...telemetryFlags }: ListenerFlags,
  printTo: NodeJS.WriteStream = process.stdout,
): Promise<RunListeners> {
  const port = live === undefined ? null : portOf(live)
  const opened: Listener[] = []
  if (stream !== undefined) opened.push(openStream(stream))
  const out = stream === '-' ? process.stderr : printTo
  if (port !== null) {
    // Imported late, because most runs have no live page.
    const { LiveServer } = await import('../report/live/live-server.ts')
    const server = await LiveServer.open(port)
    opened.push(server)
    out.write(`Live: ${server.url}\n`)
  }
  const telemetry = await openRunTelemetry(telemetryFlags, out)
  if (telemetry !== null) opened.push({ ...telemetry, listener: telemetry.metrics.listenerOf() })
  const toParent = parentListener(process.env)
  return {
    needsExact: telemetry !== null || toParent !== null,
    onTraces: (resourceSpans) => telemetry?.onTraces(resourceSpans),
    listeners: [
      ...opened.map(({ listener }) => listener),
      ...(toParent === null ? [] : [toParent]),
    ],
    out,
    async close(exitCode) {
      await Promise.all(opened.map((one) => one.close(exitCode)))
    },
  }
}

/**
 * Takes a name out of `--live`: in `--live mixed`, it isn't a port.
 * @returns the flags and the names as they were meant.
 */
export function withoutNameInLive<Flags extends ListenerFlags>(
  names: readonly string[],
  flags: Flags,
): readonly [names: readonly string[], flags: Flags] {
  const { live } = flags
  if (typeof live !== 'string' || live === '' || /^\d+$/.test(live)) return [names, flags]
  return [[live, ...names], { ...flags, live: true }]
}

function portOf(live: true | string): number {
  if (live === true) return 0
  const port = /^\d{1,5}$/.test(live) ? Number(live) : Number.NaN
  if (port <= 65_535) return port
  throw new InputError(
    `--live: "${printable(live)}" is not a port. Use 1 to 65535, or no number for any free port.`,
  )
}

function openStream(target: string): EventStream {
  if (target === '') {
    throw new InputError('--stream: is empty. Name a file, or - for standard output.')
  }
  if (/^-./.test(target)) {
    throw new InputError(
      `--stream: ${printable(target)} looks like an option. Name a file, such as run.ndjson.`,
    )
  }
  const stream = EventStream.open(target)
  if (target === '-') keepStdoutClean()
  return stream
}

/** Output of this process, such as that of a system's own module, must not mix with the lines of a stream. */
function keepStdoutClean(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}
