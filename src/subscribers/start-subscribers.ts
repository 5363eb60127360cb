import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { formatSeconds } from '../format.ts'
import { programBeside } from '../program-beside.ts'
import type { Pause } from '../load/pauses.ts'
import type { AnnouncedMessage, ReceiptsSoFar } from '../load/recording/delivery-tally.ts'
import type { Deliveries } from '../load/result.ts'
import type { EncodedDeliveries, SubscriberAnswer, SubscriberCall } from './process-messages.ts'
import { newLoadId, type Subscribers } from './subscriber-host.ts'

/** A call without its number, which sending assigns. */
type Call<C = SubscriberCall> = C extends SubscriberCall ? Omit<C, 'call'> : never

/** Announcements are sent in batches because a message between processes costs more than a receipt. */
const ANNOUNCE_BATCH = 50

/** How long to wait for the answer to a call. */
const ANSWER_WITHIN_MS = 8_000
/** The first answer takes longer: the process has to start and connect. */
const START_WITHIN_MS = 10_000
/** Extra time for each identity to host. */
const PER_IDENTITY_MS = 5
/** A process still running after this time is killed. */
const END_WITHIN_MS = 2_000

/**
 * Starts subscribers in a process of their own. Every call ends: if the process dies or stops answering,
 * the deliveries are unknown.
 * @param answerWithinMs how long a call to the process may take.
 * @throws Error with the reason if the process doesn't start or NATS is unreachable.
 */
export async function startSubscribers(
  natsUrls: readonly string[],
  namespace: string,
  answerWithinMs = ANSWER_WITHIN_MS,
): Promise<Subscribers> {
  const program = programBeside('subscriber-process.ts', import.meta.url)
  const child = fork(program, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const loadId = newLoadId()
  const calls = new Calls(child, answerWithinMs)
  try {
    const answer = await calls.make(
      { kind: 'connect', natsUrls, namespace, loadId },
      START_WITHIN_MS,
    )
    if (answer.kind !== 'connected' || child.pid === undefined) {
      throw new Error(`unexpected answer: ${answer.kind}`)
    }
    return new SubscriberProcess(child, child.pid, calls, loadId, answer.gateway)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

/** Subscribers in another process, controlled by messages. */
class SubscriberProcess implements Subscribers {
  readonly loadId: number
  readonly gateway: string
  readonly pid: number
  readonly #child: ChildProcess
  readonly #calls: Calls
  readonly #hosted = new Set<string>()
  #announced: AnnouncedMessage[] = []
  /** As last told; `null` once the process can't be asked any more. */
  #soFar: ReceiptsSoFar | null = { expected: 0, received: 0 }

  constructor(child: ChildProcess, pid: number, calls: Calls, loadId: number, gateway: string) {
    this.loadId = loadId
    this.pid = pid
    this.#child = child
    this.#calls = calls
    this.gateway = gateway
  }

  async host(identities: readonly string[]): Promise<void> {
    for (const identity of identities) this.#hosted.add(identity)
    await this.#calls.make({ kind: 'host', identities }, identities.length * PER_IDENTITY_MS)
  }

  get hostedCount(): number {
    return this.#hosted.size
  }

  hosts(identity: string): boolean {
    return this.#hosted.has(identity)
  }

  expect(message: AnnouncedMessage): void {
    this.#announced.push(message)
    if (this.#announced.length >= ANNOUNCE_BATCH) this.#announce()
  }

  receiptsSoFar(): ReceiptsSoFar | null {
    const soFar = this.#soFar
    if (soFar === null) return null
    if (this.#announced.length > 0 || soFar.received < soFar.expected) this.#announce()
    return soFar
  }

  async deliveries(pauses: readonly Pause[]): Promise<Deliveries> {
    try {
      this.#announce()
      // Calls are answered in order, so the announcements have arrived when this one is.
      const answer = await this.#calls.make({ kind: 'deliveries', pauses })
      if (answer.kind !== 'deliveries') throw new Error(`unexpected answer: ${answer.kind}`)
      return decoded(answer.deliveries)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { kind: 'unknown', reason }
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), END_WITHIN_MS)
    if (this.#child.connected) this.#child.disconnect()
    await exit
    clearTimeout(killer)
  }

  #announce(): void {
    const messages = this.#announced
    this.#announced = []
    this.#calls.make({ kind: 'expect', messages }).then(
      (answer) => {
        if (answer.kind === 'expected') this.#soFar = answer.soFar
      },
      // `deliveries` says why. Counts of a dead process would read as if all were delivered.
      () => (this.#soFar = null),
    )
  }
}

function decoded(deliveries: EncodedDeliveries): Deliveries {
  if (deliveries.kind === 'unknown') return deliveries
  return {
    ...deliveries,
    receipt: decodeFromCompressedBase64(deliveries.receipt),
    completion: decodeFromCompressedBase64(deliveries.completion),
    undisturbedCompletion: decodeFromCompressedBase64(deliveries.undisturbedCompletion),
  }
}

/** Calls to the process that await their answers. */
class Calls {
  readonly #child: ChildProcess
  readonly #withinMs: number
  readonly #waiting = new Map<number, PromiseWithResolvers<SubscriberAnswer>>()
  #last = 0
  /** Why no call will be answered any more; `null` while the process runs. */
  #ended: string | null = null

  constructor(child: ChildProcess, withinMs: number) {
    this.#child = child
    this.#withinMs = withinMs
    child.on('message', (answer: SubscriberAnswer) => {
      const waiting = this.#waiting.get(answer.call)
      if (answer.kind === 'failed') waiting?.reject(new Error(answer.message))
      else waiting?.resolve(answer)
    })
    child.on('exit', (code, signal) => this.#fail(`ended (${signal ?? `exit code ${code}`})`))
    child.on('error', (error) => this.#fail(`failed: ${error.message}`))
  }

  /**
   * @param longerMs extra time for this call.
   * @throws Error if the process has ended or doesn't answer in time.
   */
  async make(call: Call, longerMs = 0): Promise<SubscriberAnswer> {
    const withinMs = this.#withinMs + longerMs
    if (this.#ended !== null) throw new Error(this.#ended)
    const number = ++this.#last
    const waiting = Promise.withResolvers<SubscriberAnswer>()
    this.#waiting.set(number, waiting)
    const timer = setTimeout(() => {
      const seconds = formatSeconds(withinMs, 0)
      waiting.reject(new Error(`The subscribers' process did not answer within ${seconds}.`))
    }, withinMs)
    this.#child.send({ ...call, call: number }, (error) => {
      if (error === null) return
      waiting.reject(new Error(`The subscribers' process can't be reached: ${error.message}`))
    })
    try {
      return await waiting.promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(number)
    }
  }

  #fail(what: string): void {
    this.#ended ??= `The subscribers' process ${what}.`
    for (const { reject } of this.#waiting.values()) reject(new Error(this.#ended))
  }
}
