import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What one request sends, and waits to get back. */
const MESSAGE = Buffer.alloc(16, 'echo')
const CLOSED = new Error('The connection to the echo server is closed.')

/** One request under way. */
interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** One connection to an echo server. Requests don't wait for each other; answers come in their order. */
export class EchoClient {
  readonly #socket: Socket
  readonly #waiting: Waiter[] = []
  #bytes = 0

  constructor(socket: Socket) {
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

/** An echo server in a process of its own, and a connection to it. */
export interface EchoTarget {
  readonly client: EchoClient
  /** Ends both. */
  readonly stop: () => Promise<void>
}

/** @throws Error if the server can't be started. */
export async function startEchoTarget(): Promise<EchoTarget> {
  const program = new URL('echo-server.ts', import.meta.url)
  const server = fork(program, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exit = once(server, 'exit')
  const port = await Promise.race([
    once(server, 'message').then(([address]: { port: number }[]) => address?.port),
    exit.then(() => undefined),
  ])
  if (port === undefined) throw new Error('The echo server ended before it could listen.')
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  return {
    client: new EchoClient(socket),
    stop: async () => {
      socket.destroy()
      server.disconnect()
      await exit
    },
  }
}
