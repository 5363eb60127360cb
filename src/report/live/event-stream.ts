import { redactUrls } from '../../environment/redact-url.ts'
import { InputError } from '../../input-error.ts'
import { openSink, PipeSink, type LineSink } from './line-sink.ts'
import type { RunEvent, RunListener } from './run-event.ts'
import { StreamEvents } from './stream-events.ts'
import { STREAM_VERSION, type StreamEvent, type StreamEventBody } from './stream-schema.ts'

/** Writes the events of a run as lines of JSON, for other programs. */
export class EventStream {
  readonly #sink: LineSink
  readonly #name: string
  readonly #events = new StreamEvents()
  readonly #openedMs = performance.now()
  #runId: string | null = null
  #isEnded = false
  /** Lines left out for a slow reader since the last line written. */
  #dropped = 0
  #isTold = false

  constructor(sink: LineSink, name: string) {
    this.#sink = sink
    this.#name = name
  }

  /**
   * Opens a stream, before anything is measured.
   * @param target `-` for standard output, or the path of a file, which is replaced.
   * @throws InputError if it can't be written to.
   */
  static open(target: string): EventStream {
    if (target === '-') return new EventStream(new PipeSink(process.stdout, false), target)
    try {
      return new EventStream(openSink(target), target)
    } catch (error) {
      throw new InputError(`--stream: ${reasonOf(error, target)}`)
    }
  }

  readonly listener: RunListener = (event: RunEvent) => {
    if (event.event === 'run-started' || event.event === 'run-ended') this.#runId = event.run.runId
    this.#isEnded = event.event === 'run-ended'
    for (const line of this.#events.of(event, performance.now())) {
      this.#write(line, event.event === 'run-ended')
    }
    this.#tellProblem()
  }

  /**
   * Waits a moment for a slow reader.
   * @param exitCode of the command, for a run that ended without `run-ended`.
   */
  async close(exitCode: number): Promise<void> {
    if (!this.#isEnded) {
      const status = this.#runId === null ? 'not-begun' : 'interrupted'
      this.#write({ event: 'run-ended', status, exitCode, outcomes: {}, paths: null }, true)
    }
    await this.#sink.close()
    this.#tellProblem()
  }

  #write(body: StreamEventBody, isLast: boolean): void {
    if (this.#dropped > 0) {
      const told = this.#line({ event: 'events-dropped', count: this.#dropped })
      if (this.#sink.write(told, isLast)) this.#dropped = 0
    }
    if (this.#dropped > 0 || !this.#sink.write(this.#line(body), isLast)) this.#dropped += 1
  }

  #line(body: StreamEventBody): string {
    const { event, ...rest } = body
    const line = {
      streamVersion: STREAM_VERSION,
      event,
      runId: this.#runId,
      time: new Date().toISOString(),
      elapsedMs: Math.round(performance.now() - this.#openedMs),
      ...rest,
    } as StreamEvent
    return `${JSON.stringify(line, withoutSecrets)}\n`
  }

  /** Losing lines doesn't make the measurement worse: a note, once. */
  #tellProblem(): void {
    const { problem } = this.#sink
    if (problem === null || this.#isTold) return
    this.#isTold = true
    process.stderr.write(
      `--stream: ${this.#name}: ${problem}. The rest of the run is missing from it.\n`,
    )
  }
}

function withoutSecrets(_: string, value: unknown): unknown {
  return typeof value === 'string' ? redactUrls(value) : value
}

function reasonOf(error: unknown, path: string): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code === 'ENXIO') return `${path}: nobody reads it. Start its reader first.`
  if (code === 'EISDIR') return `${path} is a folder. Name a file, such as run.ndjson.`
  const [reason] = message.split(',')
  return `${path}: ${reason}. Name a file in a folder that can be written to, or - for standard output.`
}
