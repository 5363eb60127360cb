import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * A client of a NATS server that sends any bytes, where a library would only send
 * well-formed messages.
 */
export class RawClient {
  readonly #socket: Socket
  #received = ''
  #pongs = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (data) => {
      this.#received += data.toString('latin1')
      if (!this.#received.includes('PONG\r\n')) return
      this.#received = this.#received.replace('PONG\r\n', '')
      this.#pongs += 1
    })
    socket.on('error', () => {})
  }

  /** @param url `nats://host:port` */
  static async connect(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    const client = new RawClient(socket)
    client.#write('CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\n')
    await client.flush()
    return client
  }

  /** @param header all bytes of the header, also the line that it begins with; `null` for none. */
  publish(
    subject: string,
    {
      reply = '',
      header = null,
      body = '',
    }: {
      readonly reply?: string
      readonly header?: string | Uint8Array | null
      readonly body?: string | Uint8Array
    } = {},
  ): void {
    const to = reply === '' ? subject : `${subject} ${reply}`
    const payload = Buffer.from(body)
    if (header === null) this.#write(`PUB ${to} ${payload.length}\r\n`, payload, '\r\n')
    else {
      const head = Buffer.from(header)
      const sizes = `${head.length} ${head.length + payload.length}`
      this.#write(`HPUB ${to} ${sizes}\r\n`, head, payload, '\r\n')
    }
  }

  subscribe(subject: string): void {
    this.#write(`SUB ${subject} 1\r\n`)
  }

  /** Resolves when the server has taken everything that was sent. */
  async flush(): Promise<void> {
    this.#pongs = 0
    this.#write('PING\r\n')
    while (this.#pongs === 0) await once(this.#socket, 'data')
  }

  /** The reply subjects of the messages received since the last call. */
  takeReplySubjects(): readonly string[] {
    const found = [...this.#received.matchAll(/^H?MSG \S+ 1 (_INBOX\S+) .*\r\n/gm)]
    if (found.length > 0) this.#received = this.#received.slice((found.at(-1)?.index ?? 0) + 4)
    return found.map(([, reply]) => reply ?? '')
  }

  /** The reply subject of the next message. */
  async nextReplySubject(): Promise<string> {
    for (;;) {
      const [reply] = this.takeReplySubjects()
      if (reply !== undefined) return reply
      await once(this.#socket, 'data')
    }
  }

  #write(...parts: readonly (string | Uint8Array)[]): void {
    this.#socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))))
  }
}

/** A header with these lines. */
export function headerOf(...lines: readonly string[]): string {
  return `NATS/1.0\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`
}
