import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { WHOLE, type Shard } from '../load/arrivals/shard.ts'
import type { Deliveries } from '../load/result.ts'
import type { SubscriberAnswer, SubscriberCall } from './process-messages.ts'
import type { SentMessage, Subscribers } from './subscriber-host.ts'

/** A call as its kind has it, without the number that is given when it is sent. */
type Call<C = SubscriberCall> = C extends SubscriberCall ? Omit<C, 'call'> : never

/** Announcements are sent in lots, for a message between processes costs more than a receipt. */
const ANNOUNCE_LOT = 50

/**
 * Starts receivers in a process of their own.
 * @throws Error if the broker can't be reached; the message says why.
 */
export async function startSubscribers(
  natsUrls: readonly string[],
  subjectPrefix: string,
  share: Shard = WHOLE,
): Promise<Subscribers> {
  const program = new URL('subscriber-process.ts', import.meta.url)
  const child = fork(program, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const calls = new Calls(child)
  try {
    const answer = await calls.make({ kind: 'connect', natsUrls, subjectPrefix, share })
    if (answer.kind !== 'connected') throw new Error(`unexpected answer: ${answer.kind}`)
    return new SubscriberProcess(child, calls, answer.gateway)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

/** Receivers in another process, by messages to it. */
class SubscriberProcess implements Subscribers {
  readonly gateway: string
  readonly #child: ChildProcess
  readonly #calls: Calls
  readonly #hosted = new Set<string>()
  #announced: SentMessage[] = []
  #announcements: Promise<unknown>[] = []

  constructor(child: ChildProcess, calls: Calls, gateway: string) {
    this.#child = child
    this.#calls = calls
    this.gateway = gateway
  }

  async host(identities: readonly string[]): Promise<void> {
    for (const identity of identities) this.#hosted.add(identity)
    await this.#calls.make({ kind: 'host', identities })
  }

  hosts(identity: string): boolean {
    return this.#hosted.has(identity)
  }

  expect(message: SentMessage): void {
    this.#announced.push(message)
    if (this.#announced.length >= ANNOUNCE_LOT) this.#announce()
  }

  async deliveries(): Promise<Deliveries> {
    this.#announce()
    await Promise.all(this.#announcements)
    const answer = await this.#calls.make({ kind: 'deliveries' })
    if (answer.kind !== 'deliveries') throw new Error(`unexpected answer: ${answer.kind}`)
    const { receipt, completion, ...counts } = answer.deliveries
    return {
      ...counts,
      receipt: decodeFromCompressedBase64(receipt),
      completion: decodeFromCompressedBase64(completion),
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.disconnect()
    await exit
  }

  #announce(): void {
    const messages = this.#announced
    if (messages.length === 0) return
    this.#announced = []
    const sent = this.#calls.make({ kind: 'expect', messages })
    // A process that has ended says so to `deliveries`; until then nobody awaits this.
    sent.catch(() => {})
    this.#announcements.push(sent)
  }
}

/** Calls to the process that wait for their answers. */
class Calls {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, PromiseWithResolvers<SubscriberAnswer>>()
  #last = 0

  constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (answer: SubscriberAnswer) => {
      const waiting = this.#waiting.get(answer.call)
      this.#waiting.delete(answer.call)
      if (answer.kind === 'failed') waiting?.reject(new Error(answer.message))
      else waiting?.resolve(answer)
    })
    child.on('exit', (code, signal) => this.#fail(`ended (${signal ?? `exit code ${code}`})`))
    child.on('error', (error) => this.#fail(`failed: ${error.message}`))
  }

  make(call: Call): Promise<SubscriberAnswer> {
    const number = ++this.#last
    const waiting = Promise.withResolvers<SubscriberAnswer>()
    this.#waiting.set(number, waiting)
    this.#child.send({ ...call, call: number }, (error) => {
      if (error === null) return
      this.#waiting.delete(number)
      waiting.reject(new Error(`The subscribers' process can't be reached: ${error.message}`))
    })
    return waiting.promise
  }

  #fail(what: string): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new Error(`The subscribers' process ${what}.`))
    }
    this.#waiting.clear()
  }
}
