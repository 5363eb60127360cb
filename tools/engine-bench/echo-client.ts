import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** The message of one request, echoed by the server. */
const MESSAGE = Buffer.alloc(16, 'echo')
const CLOSED = new Error('The connection to the echo server is closed.')

/** One request in flight. */
interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** One connection to an echo server. Requests don't wait for each other; answers arrive in the same order. */
export class EchoClient {
  readonly #socket: Socket
  readonly #waiting: Waiter[] = []
  #bytes = 0

  /** @throws Error if nothing listens on that port of 127.0.0.1. */
  static async connect(port: number): Promise<EchoClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new EchoClient(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#answer(chunk.length))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(CLOSED))
  }

  /** Sends a message; resolves when all of it has come back. */
  echo(): Promise<void> {
    if (this.#socket.destroyed) return Promise.reject(CLOSED)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#socket.write(MESSAGE)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #answer(bytes: number): void {
    this.#bytes += bytes
    const answered = Math.floor(this.#bytes / MESSAGE.length)
    this.#bytes %= MESSAGE.length
    for (const { resolve } of this.#waiting.splice(0, answered)) resolve()
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
