import { closeSync, constants, openSync, statSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'

/** Takes the lines of a stream. It never throws, and never makes its caller wait for a reader. */
export interface LineSink {
  /**
   * @param isLast whether to take the line even from a slow reader.
   * @returns whether it was taken; not if the reader is too far behind.
   */
  write(line: string, isLast?: boolean): boolean
  /** Waits a moment for a slow reader, and closes what was opened. */
  close(): Promise<void>
  /** Why lines were lost; `null` if none were, or only because the reader has gone. */
  readonly problem: string | null
}

/** A reader further behind misses lines, in bytes. */
const MAX_BEHIND_BYTES = 4 * 2 ** 20

/** How long a pipe's reader is waited for once the run has ended, in ms. */
const PATIENCE_MS = 2_000

/**
 * Opens a file, a named pipe or a device for writing. A file is emptied.
 * @throws the file system's error; `ENXIO` for a named pipe that nobody reads.
 */
export function openSink(path: string): LineSink {
  const isPipe = statSync(path, { throwIfNoEntry: false })?.isFIFO() === true
  if (!isPipe) return new FileSink(openSync(path, 'w'))
  // Otherwise, opening would wait for a reader, and writing for a slow one.
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  const socket = new Socket({ fd, readable: false, writable: true })
  socket.unref()
  return new PipeSink(socket, true)
}

/** A file's lines are written at once, so an ending process loses none. */
class FileSink implements LineSink {
  readonly #fd: number
  #problem: string | null = null

  constructor(fd: number) {
    this.#fd = fd
  }

  get problem(): string | null {
    return this.#problem
  }

  write(line: string): boolean {
    // An incomplete line must stay the last.
    if (this.#problem !== null) return true
    try {
      const bytes = Buffer.from(line)
      for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done)
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error)
    }
    return true
  }

  close(): Promise<void> {
    closeSync(this.#fd)
    return Promise.resolve()
  }
}

/** A pipe's lines wait in memory for its reader. */
export class PipeSink implements LineSink {
  readonly #stream: Writable
  /** Bound at once, because standard output may be redirected later; see `keepStdoutClean`. */
  readonly #append: (text: string) => boolean
  readonly #isOwn: boolean
  readonly #maxBehindBytes: number
  #isGone = false
  #problem: string | null = null

  /** @param isOwn whether `close` closes the stream; not for standard output. */
  constructor(stream: Writable, isOwn: boolean, maxBehindBytes = MAX_BEHIND_BYTES) {
    this.#stream = stream
    this.#append = stream.write.bind(stream)
    this.#isOwn = isOwn
    this.#maxBehindBytes = maxBehindBytes
    stream.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      this.#isGone = true
      if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') this.#problem ??= message
    })
  }

  get problem(): string | null {
    return this.#problem
  }

  write(line: string, isLast = false): boolean {
    // A line without a reader is not lost.
    if (this.#isGone) return true
    if (!isLast && this.#stream.writableLength > this.#maxBehindBytes) return false
    this.#append(line)
    return true
  }

  async close(): Promise<void> {
    if (!this.#isOwn || this.#isGone) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS)
      this.#stream.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      this.#stream.end()
    })
    this.#stream.destroy()
  }
}
