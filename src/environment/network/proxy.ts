import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../free-port.ts'
import { DelayLine } from './delay-line.ts'

interface Pair {
  readonly client: Socket
  readonly server: Socket
  readonly lines: readonly DelayLine[]
}

/** Where a proxy's connections lead. */
export interface ProxyTarget {
  readonly host: string
  readonly port: number
}

/** A port of 127.0.0.1 in front of a server, where connections can be cut, held and slowed. */
export class Proxy {
  readonly port: number
  readonly #target: ProxyTarget
  readonly #pairs = new Set<Pair>()
  #listener: Server | null = null
  #isCut = false
  #isHeld = false
  #isUsed = false
  #delayMs = 0

  protected constructor(port: number, target: ProxyTarget) {
    this.port = port
    this.#target = target
  }

  static async open(target: ProxyTarget): Promise<Proxy> {
    const proxy = new Proxy(await freePort(), target)
    await proxy.listen()
    return proxy
  }

  /** Resets all connections, and new ones, too, until `mend`. */
  cut(): void {
    // The port stays taken: without a listener, another program might get it.
    this.#isCut = true
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy()
      server.destroy()
    }
    this.#pairs.clear()
  }

  /** @param delayMs is added to each direction, for connections that are open, too; 0 ends it. */
  slow(delayMs: number): void {
    this.#delayMs = delayMs
    for (const { lines } of this.#pairs) for (const line of lines) line.delayBy(delayMs)
  }

  /** Takes connections again, and delays nothing. */
  mend(): void {
    this.#isCut = false
    this.slow(0)
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

  close(): void {
    this.cut()
    this.#listener?.close()
  }

  protected async listen(): Promise<void> {
    const listener = createServer({ noDelay: true }, (client) => this.#join(client))
    this.#listener = listener.listen(this.port, '127.0.0.1')
    await once(listener, 'listening')
  }

  /** Whether a connection has ever passed through it. */
  get isUsed(): boolean {
    return this.#isUsed
  }

  protected get isHeld(): boolean {
    return this.#isHeld
  }

  protected get clients(): readonly Socket[] {
    return [...this.#pairs].map(({ client }) => client)
  }

  /** Makes what takes the data of one client; by default, it goes to the server. */
  protected fromClient(_client: Socket, forward: (chunk: Buffer) => void): (chunk: Buffer) => void {
    return forward
  }

  #join(client: Socket): void {
    if (this.#isCut) {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    this.#isUsed = true
    const server = connect({ ...this.#target, noDelay: true })
    const requests = new DelayLine(client, server, this.#delayMs)
    const answers = new DelayLine(server, client, this.#delayMs)
    const pair = { client, server, lines: [requests, answers] }
    this.#pairs.add(pair)
    client.on(
      'data',
      this.fromClient(client, (chunk) => requests.send(chunk)),
    )
    server.on('data', (chunk) => answers.send(chunk))
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('error', () => {})
      from.on('close', () => {
        this.#pairs.delete(pair)
        for (const line of pair.lines) line.close()
        to.destroy()
      })
    }
    if (this.#isHeld) this.hold(true)
  }
}
