import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LoadProgress } from '../load/recording/load-recorder.ts'
import type { LoadOutline } from '../report/live/run-event.ts'

/**
 * Carries progress from the load's process to the reporter, as lines of JSON over a local socket.
 * Vitest's own channel takes several times longer per message, in the event loop whose delay is being
 * measured.
 */
export interface ProgressMessage {
  /** Vitest's id of the load's test. */
  readonly testId: string
  /** Index of the load within the test. */
  readonly load: number
  /** In the load's first message. */
  readonly outline?: LoadOutline
  readonly progress: LoadProgress
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the reporter listens for progress; empty or missing without one. */
    progressPath?: string
    /** Whether progress has exact times, for metrics; see `ExactProgress`. */
    tellsExact?: boolean
  }
}

/** The reporter's end. */
export class ProgressListener {
  readonly path: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Also where set-up fails and the process exits before anything is closed. */
  readonly #removePath = (): void => {
    if (process.platform !== 'win32') rmSync(this.path, { force: true })
  }

  constructor(onMessage: (message: ProgressMessage) => void) {
    const name = `prism-loadtest-${randomUUID()}`
    this.path =
      process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`)
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
      const lines = createInterface({ input: socket })
      // It repeats those of its socket, such as the reset of a load that was killed.
      lines.on('error', () => {})
      lines.on('line', (line) => {
        const message = parseMessage(line)
        if (message !== null) onMessage(message)
      })
    })
    // Progress is optional: the load and its figures don't depend on it.
    this.#server.on('error', () => {})
    this.#server.listen(this.path)
    this.#server.unref()
    process.on('exit', this.#removePath)
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    this.#removePath()
    process.off('exit', this.#removePath)
  }
}

/** `null` for a line cut off by the death of its process. */
function parseMessage(line: string): ProgressMessage | null {
  try {
    return JSON.parse(line) as ProgressMessage
  } catch {
    return null
  }
}

/** The load's end. */
export class ProgressSender {
  readonly #socket: Socket | null

  /** @param path that of a `ProgressListener`; if empty, nothing is sent. */
  constructor(path: string) {
    this.#socket = path === '' ? null : connect(path)
    this.#socket?.on('error', () => {})
    this.#socket?.unref()
  }

  send(message: ProgressMessage): void {
    if (this.#socket?.writable === true) this.#socket.write(`${JSON.stringify(message)}\n`)
  }

  close(): void {
    this.#socket?.destroy()
  }
}
