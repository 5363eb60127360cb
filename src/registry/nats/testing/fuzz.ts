import { randomStream } from '../../../stats/random.ts'

/** Messages that a client may send, partly well-formed to pass the first check. Determined by the random seed. */
export class Fuzz {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = randomStream(seed, 0)
  }

  /** A whole number below `end`. */
  below(end: number): number {
    return (this.#next() * end) | 0
  }

  oneOf<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0]
  }

  /** One word of a subject. */
  word(): string {
    return this.oneOf(['0', '1', '-1', '1e9', 'NaN', '__proto__', 'constructor', '', '0x1', 'ü'])
  }

  bytes(maxLength: number): Uint8Array {
    return Uint8Array.from({ length: this.below(maxLength) }, () => this.below(256))
  }

  /** A message to a host: to a gateway, to an identity, or a question. */
  message(): { header: string | Uint8Array | null; body: string | Uint8Array; reply: string } {
    const reply = this.oneOf(['', '_INBOX.x.y', 'forbidden.x', 'forbidden.>', '_INBOX', '_INBOX.>'])
    return { reply, header: this.#header(), body: this.#body() }
  }

  /** Texts that look like receipts but are not valid for a message of `recipients`. */
  receipt(recipients: number): { header: string | Uint8Array | null; body: string | Uint8Array } {
    const start = `prism-receipt/2 ${recipients}`
    const beyond = recipients + this.below(1_000)
    const body = this.oneOf<string | Uint8Array>([
      `prism-receipt/2 ${beyond + 1}\nhandled 0-${recipients - 1}`,
      `prism-receipt/1 ${recipients}\nhandled 0-${recipients - 1}`,
      `${start}\nhandled 0-${beyond}`,
      `${start}\nhandled ${beyond}`,
      `${start}\nhandled 1-0`,
      `${start}\nhandled 0-${recipients - 1}\nhandled 0`,
      `${start}\nhandled ${this.word()}${this.word()}x`,
      `${start}\r\nhandled 0`,
      `${start}\n${this.oneOf(['Handled', 'handled:', 'knows', ''])} 0`,
      `${start}\n${this.oneOf(['holds', 'lacks'])} ${this.oneOf(['p', 'q', '', 'a b', '*'])}`,
      `${start}\nlacks p\nhandled 0-${recipients - 1}`,
      '{"stream":"ORDERS","seq":1}',
      '+x\n-y',
      Buffer.concat([Buffer.from([0xff]), this.bytes(100)]),
    ])
    const header = this.oneOf([null, null, this.#bytesOfHeader(), `NATS/1.0 503\r\n\r\n`])
    return { header, body }
  }

  #bytesOfHeader(): Uint8Array {
    return Buffer.concat([Buffer.from('NATS/1.0\r\n'), this.bytes(60), Buffer.from(': \r\n\r\n')])
  }

  #header(): string | Uint8Array | null {
    const kind = this.below(8)
    if (kind === 0) return null
    if (kind === 1) return this.bytes(60)
    if (kind === 2) return this.#bytesOfHeader()
    const lines: string[] = []
    for (const name of [
      'Prism-Wire',
      'Prism-Message-Id',
      'Prism-Payload-Bytes',
      'Prism-Recipients',
    ]) {
      if (this.below(12) > 0) lines.push(`${name}: ${this.#valueOf(name)}`)
    }
    if (this.below(2) === 0) lines.push('Prism-Resendable: 1')
    if (this.below(3) === 0) lines.push(`Prism-Table: ${this.#table()}`)
    if (this.below(10) === 0)
      lines.push(this.oneOf(['bad key: v', ': v', 'no colon', 'Prism-Wire: 2']))
    const first = this.below(10) === 0 ? `NATS/1.0 ${this.below(600)} text` : 'NATS/1.0'
    return `${first}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`
  }

  #valueOf(name: string): string {
    if (this.below(6) === 0) {
      return this.oneOf(['', '-1', '1e3', '999999999', '9'.repeat(400), 'ü', '\u0000', '__proto__'])
    }
    if (name === 'Prism-Message-Id') return this.oneOf(['m1', 'm2', `m${this.below(1_000)}`])
    if (name === 'Prism-Wire') return this.oneOf(['2', '2', '3'])
    return `${this.below(5)}`
  }

  #table(): string {
    const id = this.oneOf([
      't',
      't',
      'u',
      `t${this.below(10_000)}`,
      '',
      '__proto__',
      'x'.repeat(70),
    ])
    const first = this.below(20)
    const slots = this.oneOf([`${first}`, `${first}-${first + this.below(4)}`, '5,3', '99999', ''])
    return this.oneOf([id, `${id} ${slots}`, `${id} ${slots}`])
  }

  #body(): string | Uint8Array {
    if (this.below(4) === 0) return this.bytes(200)
    if (this.below(4) === 0) return Uint8Array.from({ length: this.below(8) }, () => this.below(4))
    const names = [
      'a',
      'user-1',
      'user-2',
      'nobody',
      '',
      ' ',
      '*',
      'a.*',
      '__proto__',
      '\u0000',
    ] as const
    return Array.from({ length: this.below(5) }, () => this.oneOf(names)).join('\n')
  }
}
