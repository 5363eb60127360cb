import { InputError } from '../input-error.ts'
import { EventStream } from '../report/live/event-stream.ts'
import type { RunListener } from '../report/live/run-event.ts'

/** Flags of commands whose runs can be followed by others. */
export interface ListenerFlags {
  readonly stream?: string
}

/** Those who follow a run. */
export interface RunListeners {
  readonly listeners: readonly RunListener[]
  /** For everything that people read. */
  readonly out: NodeJS.WriteStream
  /** Called once the run has ended, with its exit code. */
  close(exitCode: number): Promise<void>
}

/**
 * Opens what the flags name, before anything is measured.
 * @throws InputError
 */
export function openListeners({ stream }: ListenerFlags): RunListeners {
  if (stream === undefined) {
    return { listeners: [], out: process.stdout, close: () => Promise.resolve() }
  }
  if (stream === '')
    throw new InputError('--stream: is empty. Name a file, or - for standard output.')
  if (/^-./.test(stream)) {
    throw new InputError(
      `--stream: ${stream} looks like an option. Name a file, such as ./${stream}.`,
    )
  }
  const opened = EventStream.open(stream)
  const isStdout = stream === '-'
  if (isStdout) keepStdoutClean()
  return {
    listeners: [opened.listener],
    out: isStdout ? process.stderr : process.stdout,
    close: (exitCode) => opened.close(exitCode),
  }
}

/** Whatever prints in this process, such as a system's own module, must not come between the lines of a stream. */
function keepStdoutClean(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr)
}
