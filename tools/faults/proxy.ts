import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../../src/environment/free-port.ts'
import { countCommands } from './redis-commands.ts'

/** Answers under way when a wrong answer begins have this long to arrive, in ms. */
const SETTLE_MS = 50

interface Pair {
  readonly client: Socket
  readonly server: Socket
}

/** A port in front of a server, where connections can be cut, held, or answered wrongly. */
export class FaultProxy {
  readonly port: number
  readonly #targetPort: number
  readonly #pairs = new Set<Pair>()
  #listener: Server | null = null
  #isHeld = false
  #answer: string | null = null

  private constructor(port: number, targetPort: number) {
    this.port = port
    this.#targetPort = targetPort
  }

  static async open(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(await freePort(), targetPort)
    await proxy.mend()
    return proxy
  }

  /** Resets all connections, and refuses new ones until `mend`. */
  cut(): void {
    this.#listener?.close()
    this.#listener = null
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy()
      server.destroy()
    }
    this.#pairs.clear()
  }

  /** Takes connections. */
  async mend(): Promise<void> {
    if (this.#listener !== null) return
    this.#listener = createServer((client) => this.#join(client))
    this.#listener.listen(this.port, '127.0.0.1')
    await once(this.#listener, 'listening')
  }

  /** Lets nothing through, in either direction, until it is called with `false`. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    for (const { client, server } of this.#pairs) {
      for (const socket of [client, server]) {
        if (isHeld) socket.pause()
        else socket.resume()
      }
    }
  }

  /** Answers each Redis command with an error, until it is called with `null`. */
  async answer(error: string | null): Promise<void> {
    if (error !== null) {
      for (const { client } of this.#pairs) client.pause()
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    }
    this.#answer = error
    if (!this.#isHeld) for (const { client } of this.#pairs) client.resume()
  }

  close(): void {
    this.cut()
  }

  #join(client: Socket): void {
    const server = connect(this.#targetPort, '127.0.0.1')
    const pair = { client, server }
    this.#pairs.add(pair)
    let unread = Buffer.alloc(0)
    client.on('data', (chunk) => {
      if (this.#answer === null) {
        server.write(chunk)
        return
      }
      const { commands, rest } = countCommands(Buffer.concat([unread, chunk]))
      unread = rest
      client.write(`-${this.#answer}\r\n`.repeat(commands))
    })
    server.on('data', (chunk) => client.write(chunk))
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('error', () => {})
      from.on('close', () => {
        this.#pairs.delete(pair)
        to.destroy()
      })
    }
    if (this.#isHeld) this.hold(true)
  }
}
