import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { decodeFromCompressedBase64 } from 'hdr-histogram-js'
import { programBeside } from '../program-beside.ts'
import type { Pause } from '../load/pauses.ts'
import type { AnnouncedMessage, ReceiptsSoFar } from '../load/recording/delivery-tally.ts'
import type { Deliveries } from '../load/result.ts'
import type { SpanAnchor } from '../traces/span-clock.ts'
import { closed, opened } from './open-subscribers.ts'
import type { EncodedDeliveries } from './process-messages.ts'
import type { ReceiptJournal } from './receipt-journal.ts'
import { SUBSCRIBERS_NAME, type SpansOfReceivers } from './spans-of-receivers.ts'
import { SubscriberCalls } from './subscriber-calls.ts'
import { newLoadId, type Subscribers } from './subscriber-host.ts'
import { tracedFrom } from './traced-from.ts'

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

/** Where a subscribers' process receives, and what it keeps. */
export interface SubscribersPlan {
  readonly natsUrls: readonly string[]
  /** Whether it connects to `natsUrls` only, and to no other server of their cluster. */
  readonly ignoreClusterUpdates: boolean
  readonly namespace: string
  readonly loadId: number
  /** See `process-messages.ts`. */
  readonly gatewayName: string | null
  /** Receives an entry per receipt; it may have those of a process before this one. */
  readonly journal: ReceiptJournal | null
  /** See `process-messages.ts`. */
  readonly tracedFrom: SpanAnchor | null
}

/**
 * Starts subscribers in a process of their own. It records spans if `setTracedFrom` was called. Every call ends: if the
 * process dies or stops answering, the deliveries are unknown.
 * @param options `ignoreClusterUpdates`: see `SubscribersPlan`, default `false`; `answerWithinMs`: how long a call to the
 * process may take.
 * @throws Error with the reason if the process doesn't start or NATS is unreachable.
 */
export async function startSubscribers(
  natsUrls: readonly string[],
  namespace: string,
  {
    ignoreClusterUpdates = false,
    answerWithinMs = ANSWER_WITHIN_MS,
  }: { readonly ignoreClusterUpdates?: boolean; readonly answerWithinMs?: number } = {},
): Promise<Subscribers> {
  const plan = {
    natsUrls,
    ignoreClusterUpdates,
    namespace,
    loadId: newLoadId(),
    gatewayName: null,
    journal: null,
    tracedFrom: tracedFrom(),
  }
  return opened(await startSubscriberProcess(plan, answerWithinMs))
}

/** As `startSubscribers`, for those who choose the plan. */
export async function startSubscriberProcess(
  { journal, ...plan }: SubscribersPlan,
  answerWithinMs = ANSWER_WITHIN_MS,
): Promise<SubscriberProcess> {
  const program = programBeside('subscriber-process.ts', import.meta.url)
  const inherited = journal === null ? [] : [journal.fd]
  const child = fork(program, {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...inherited],
  })
  const calls = new SubscriberCalls(child, answerWithinMs)
  try {
    const answer = await calls.make(
      { kind: 'connect', ...plan, isJournaled: journal !== null },
      START_WITHIN_MS,
    )
    if (answer.kind !== 'connected' || child.pid === undefined) {
      throw new Error(`unexpected answer: ${answer.kind}`)
    }
    return new SubscriberProcess(child, child.pid, calls, plan.loadId, answer.gateway)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

/** Subscribers in another process, controlled by messages. */
export class SubscriberProcess implements Subscribers {
  readonly loadId: number
  readonly gateway: string
  readonly pid: number
  readonly #child: ChildProcess
  readonly #calls: SubscriberCalls
  readonly #hosted = new Set<string>()
  #announced: AnnouncedMessage[] = []
  /** As last told; `null` once the process can't be asked any more. */
  #soFar: ReceiptsSoFar | null = { expected: 0, received: 0 }
  #heapBytes: number | undefined

  constructor(
    child: ChildProcess,
    pid: number,
    calls: SubscriberCalls,
    loadId: number,
    gateway: string,
  ) {
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

  get heapBytes(): number | undefined {
    return this.#heapBytes
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

  /** @param asked when the process was stopped on purpose, as a fault of the load. */
  async deliveries(pauses: readonly Pause[], asked: readonly Pause[] = []): Promise<Deliveries> {
    try {
      this.#announce()
      // Calls are answered in order, so the announcements have arrived when this one is.
      const answer = await this.#calls.make({ kind: 'deliveries', pauses, asked })
      if (answer.kind !== 'deliveries') throw new Error(`unexpected answer: ${answer.kind}`)
      return decoded(answer.deliveries)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { kind: 'unknown', reason }
    }
  }

  async spans(traceIds: readonly string[], isLast: boolean): Promise<SpansOfReceivers> {
    try {
      const answer = await this.#calls.make({ kind: 'spans', traceIds, isLast })
      if (answer.kind !== 'spans' || answer.taken === null) return { kind: 'unknown' }
      return { kind: 'known', process: { name: SUBSCRIBERS_NAME, pid: this.pid }, ...answer.taken }
    } catch {
      return { kind: 'unknown' }
    }
  }

  /** Stops or continues the process. @throws Error if it has ended. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (!this.#child.kill(signal)) throw new Error(`process ${this.pid} has ended`)
  }

  /** Kills the process; resolves when it is gone. @throws Error if it has ended already. */
  async kill(): Promise<void> {
    if (this.#hasEnded) throw new Error(`process ${this.pid} has ended`)
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  async close(): Promise<void> {
    closed(this)
    if (this.#hasEnded) return
    const exit = once(this.#child, 'exit')
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), END_WITHIN_MS)
    if (this.#child.connected) this.#child.disconnect()
    await exit
    clearTimeout(killer)
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  #announce(): void {
    const messages = this.#announced
    this.#announced = []
    this.#calls.make({ kind: 'expect', messages }).then(
      (answer) => {
        if (answer.kind !== 'expected') return
        this.#soFar = answer.soFar
        this.#heapBytes = answer.heapBytes
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
