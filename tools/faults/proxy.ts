import type { Socket } from 'node:net'
import { freePort } from '../../src/environment/free-port.ts'
import { Proxy } from '../../src/environment/network/proxy.ts'
import { countCommands } from './redis-commands.ts'

/** Answers under way when a wrong answer begins have this long to arrive, in ms. */
const SETTLE_MS = 50

/** A proxy that can also answer wrongly in a server's place. */
export class FaultProxy extends Proxy {
  #answer: string | null = null

  /** @param port of a server on 127.0.0.1. */
  static async before(port: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(await freePort(), { host: '127.0.0.1', port })
    await proxy.listen()
    return proxy
  }

  /** Answers each Redis command with an error, until it is called with `null`. */
  async answer(error: string | null): Promise<void> {
    if (error !== null) {
      for (const client of this.clients) client.pause()
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    }
    this.#answer = error
    if (!this.isHeld) for (const client of this.clients) client.resume()
  }

  protected override fromClient(
    client: Socket,
    forward: (chunk: Buffer) => void,
  ): (chunk: Buffer) => void {
    let unread = Buffer.alloc(0)
    return (chunk) => {
      if (this.#answer === null) {
        forward(chunk)
        return
      }
      const { commands, rest } = countCommands(Buffer.concat([unread, chunk]))
      unread = rest
      client.write(`-${this.#answer}\r\n`.repeat(commands))
    }
  }
}
