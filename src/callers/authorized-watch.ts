import { afterMs } from '../registry/after-ms.ts'
import type { WatchEvent, WatchStream } from '../registry/watch/watch-event.ts'
import { beginningOf } from '../registry/watch/watch-token.ts'
import { credentialsEnded, type Permit } from './enforcement-point.ts'

/** A watch that was opened, and the event that comes before its own. */
export interface OpenedWatch {
  readonly stream: WatchStream
  readonly first: WatchEvent | null
}

export interface AuthorizedWatchSettings {
  readonly permit: Promise<Permit>
  readonly open: (permit: Permit) => OpenedWatch
  /** The permit no longer holds. */
  readonly onEnd: (permit: NonNullable<Permit>) => void
}

/** A watch that begins when it is permitted, shows nothing hidden, and fails when its permit ends. */
export class AuthorizedWatch implements WatchStream {
  readonly #permit: Promise<Permit>
  readonly #stream: Promise<WatchStream>
  #cancel: () => void = () => {}
  #hasEnded = false
  #first: WatchEvent | null = null

  constructor({ permit, open, onEnd }: AuthorizedWatchSettings) {
    this.#permit = permit
    this.#stream = permit.then((granted) => {
      const { stream, first } = open(granted)
      this.#first = first
      if (granted === null) return stream
      this.#cancel = afterMs(granted.validForMs, () => {
        this.#hasEnded = true
        onEnd(granted)
        void stream.return?.()
      })
      return stream
    })
    // `next` rejects with it.
    this.#stream.catch(() => {})
  }

  async next(): Promise<IteratorResult<WatchEvent, undefined>> {
    const [permit, stream] = await Promise.all([this.#permit, this.#stream])
    const first = this.#first
    this.#first = null
    if (first !== null && !this.#hasEnded) return { done: false, value: first }
    const next = this.#hasEnded ? { done: true as const, value: undefined } : await stream.next()
    if (this.#hasEnded) throw credentialsEnded('watch')
    if (next.done === true) this.#cancel()
    return next.done === true || permit === null
      ? next
      : { done: false, value: shown(next.value, permit) }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    const stream = await this.#stream.catch(() => null)
    this.#cancel()
    this.#first = null
    await stream?.return?.()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** An event as the caller may see it: where a narrowed watch is among all changes tells when others change. */
function shown(event: WatchEvent, { filter, hidden }: NonNullable<Permit>): WatchEvent {
  const token = filter === null ? event.token : beginningOf(event.token)
  return 'registration' in event
    ? { ...event, token, registration: hidden.without(event.registration) }
    : { ...event, token }
}
