import { context, trace, type Tracer } from '@opentelemetry/api'
import type { WatchEvent, WatchStream } from '../watch/watch-event.ts'
import { errorTypeOf } from './error-type.ts'
import { endWithError } from './operation.ts'

/**
 * Opens a watch with a span that ends with its first event, because the watch may go on for days. If nobody takes an event,
 * the span ends with the watch.
 * @throws what `open` throws.
 */
export function openWatch(tracer: Tracer, open: () => WatchStream): WatchStream {
  const span = tracer.startSpan('registry.watch')
  if (!span.isRecording()) return open()
  try {
    const stream = context.with(trace.setSpan(context.active(), span), open)
    return new OpeningWatch(stream, (error) => {
      if (error === null) span.end()
      else endWithError(span, errorTypeOf(error.reason))
    })
  } catch (error) {
    endWithError(span, errorTypeOf(error))
    throw error
  }
}

/** The error of a watch that failed; its reason may be any value. */
interface Failure {
  readonly reason: unknown
}

/** Passes a watch on, and tells once when its first event has come or it has failed or ended. */
class OpeningWatch implements WatchStream {
  readonly #stream: WatchStream
  #onOpen: ((failure: Failure | null) => void) | null

  constructor(stream: WatchStream, onOpen: (failure: Failure | null) => void) {
    this.#stream = stream
    this.#onOpen = onOpen
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<WatchEvent, undefined>> {
    if (this.#onOpen === null) return this.#stream.next()
    return this.#stream.next().then(
      (result) => {
        this.#opened(null)
        return result
      },
      (reason: unknown) => {
        this.#opened({ reason })
        throw reason
      },
    )
  }

  async return(): Promise<IteratorResult<WatchEvent, undefined>> {
    this.#opened(null)
    return (await this.#stream.return?.()) ?? { done: true, value: undefined }
  }

  #opened(failure: Failure | null): void {
    this.#onOpen?.(failure)
    this.#onOpen = null
  }
}
