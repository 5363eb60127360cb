import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A frame as it goes to the server, unchecked. */
export interface Frame {
  readonly subject: string
  readonly reply: string | null
  readonly headers: Buffer | null
  readonly body: Buffer
  /** The announced length of the headers. */
  readonly headerLength: number
}

/** A message as it came from the server. */
export interface RawMessage {
  readonly subject: string
  readonly reply: string | null
  readonly headers: Buffer
  readonly body: Buffer
}

type Listener = (message: RawMessage) => void

/**
 * NATS over a plain TCP socket: writes any bytes, and reads the messages of a subject. Reconnects
 * when the server closes the connection, as it does at frames with a false length.
 */
export class RawNats {
  readonly #port: number
  readonly #listeners: { readonly subject: string; readonly listener: Listener }[] = []
  readonly #refusals: string[] = []
  #socket: Socket | null = null
  #unread: Buffer = Buffer.alloc(0)
  #pongs: (() => void)[] = []
  #reconnects = 0
  #closed = false

  private constructor(port: number) {
    this.#port = port
  }

  static async connect(port: number): Promise<RawNats> {
    const client = new RawNats(port)
    await client.#open()
    return client
  }

  /** How often the server closed the connection. */
  get reconnects(): number {
    return this.#reconnects
  }

  /** The last few errors from the server. */
  get refusals(): readonly string[] {
    return this.#refusals
  }

  subscribe(subject: string, listener: Listener): void {
    this.#listeners.push({ subject, listener })
    this.#socket?.write(`SUB ${subject} ${this.#listeners.length}\r\n`)
  }

  publish({ subject, reply, headers, body, headerLength }: Frame): void {
    const to = reply === null ? subject : `${subject} ${reply}`
    const head =
      headers === null
        ? `PUB ${to} ${body.length}\r\n`
        : `HPUB ${to} ${headerLength} ${headers.length + body.length}\r\n`
    const parts = [Buffer.from(head), headers ?? Buffer.alloc(0), body, Buffer.from('\r\n')]
    this.#socket?.write(Buffer.concat(parts))
  }

  /**
   * Resolves when the server has read everything published before, or has closed the connection and
   * it is open again.
   */
  async settle(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#pongs.push(resolve)
      this.#socket?.write('PING\r\n')
    })
    if (this.#socket === null && !this.#closed) await this.#open()
  }

  close(): void {
    this.#closed = true
    this.#socket?.destroy()
  }

  async #open(): Promise<void> {
    const socket = connect(this.#port, '127.0.0.1')
    await once(socket, 'connect')
    socket.setNoDelay(true)
    this.#unread = Buffer.alloc(0)
    this.#socket = socket
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = null
      this.#reconnects += 1
      for (const resolve of this.#pongs.splice(0)) resolve()
    })
    socket.write('CONNECT {"verbose":false,"pedantic":false,"headers":true,"protocol":1}\r\n')
    for (const [at, { subject }] of this.#listeners.entries()) {
      socket.write(`SUB ${subject} ${at + 1}\r\n`)
    }
    await this.settle()
  }

  #read(chunk: Buffer): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk])
    for (;;) {
      const end = this.#unread.indexOf('\r\n')
      if (end < 0) return
      const words = this.#unread.toString('latin1', 0, end).split(' ')
      const bodyBytes = /^H?MSG$/.test(words[0] ?? '') ? Number(words.at(-1)) : -2
      const length = end + 2 + bodyBytes + 2
      if (this.#unread.length < length) return
      const content = this.#unread.subarray(end + 2, Math.max(end + 2, length - 2))
      this.#unread = this.#unread.subarray(length)
      this.#accept(words, content)
    }
  }

  #accept(words: readonly string[], content: Buffer): void {
    const [operation, subject = '', sid = ''] = words
    if (operation === 'PING') this.#socket?.write('PONG\r\n')
    else if (operation === 'PONG') this.#pongs.shift()?.()
    else if (operation === '-ERR') {
      this.#refusals.push(words.join(' '))
      if (this.#refusals.length > 20) this.#refusals.shift()
    } else if (operation === 'MSG' || operation === 'HMSG') {
      const sizes = operation === 'HMSG' ? 2 : 1
      const reply = words.length > 3 + sizes ? (words[3] ?? null) : null
      const headerLength = operation === 'HMSG' ? Number(words.at(-2)) : 0
      this.#listeners[Number(sid) - 1]?.listener({
        subject,
        reply,
        headers: content.subarray(0, headerLength),
        body: content.subarray(headerLength),
      })
    }
  }
}

/** A header's first value; `null` if there is none. */
export function headerOf(message: RawMessage, name: string): string | null {
  const line = message.headers
    .toString()
    .split('\r\n')
    .find((each) => each.startsWith(`${name}: `))
  return line === undefined ? null : line.slice(name.length + 2)
}
