import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NatsConnection } from '@nats-io/transport-node'
import { EXIT } from '../../exit-code.ts'
import { printable } from '../../printable.ts'
import type { RunEvent } from '../../report/live/run-event.ts'
import { redactedRun } from '../../run-file/printable-run.ts'
import type { ScenarioEntry } from '../../run-file/run-file.ts'
import { readBarrierMessage, type BarrierMessage, type Facts } from './barrier-message.ts'
import { barrierSubject, roundOf } from './barrier-subject.ts'
import { connected } from './join-barrier.ts'
import { barrierServers } from './meet.ts'
import type { ShardSettings } from '../shard-settings.ts'

/** A shard of a run whose shards have met. */
export interface NoticeGiver {
  readonly natsUrls: readonly string[]
  /** On which the shards agreed when they met. */
  readonly runId: string
  readonly shard: number
  readonly of: number
  /** How long the others wait for this shard, in ms. */
  readonly readyWithinMs: number
}

const ANNOUNCE_EVERY_MS = 500
/** A round of its own, in which shards that have failed tell each other, so that none waits for those to be told. */
const FAILED = 'failed'
const MAX_REASON = 900
const FIRST_SIGNAL_CODE = 128
/** Shards that wait already repeat themselves within this time. */
const WAIT_AFTER_SIGNAL_MS = 1_500

/**
 * Tells the other shards at once that this one will not come to a barrier, because its run broke before that:
 * whoever waits there, or comes there later, is answered as by a party that stops.
 */
export class FailureNotice {
  readonly #giver: NoticeGiver
  readonly #nats: NatsConnection
  readonly #instance = randomUUID()
  readonly #failedSubject: string
  /** Barriers at which this shard was: whoever waits there learns from them what became of it. */
  readonly #joined = new Set<string>()
  /** Why this shard doesn't come, by the barrier's subject; `*`: to none. */
  readonly #reasons = new Map<string, string>()
  readonly #told = new Set<number>()
  readonly #allTold = Promise.withResolvers<void>()
  #hasEnded = false
  #announcing: NodeJS.Timeout | null = null

  private constructor(giver: NoticeGiver, nats: NatsConnection) {
    this.#giver = giver
    this.#nats = nats
    this.#failedSubject = barrierSubject(giver.runId, FAILED)
    nats.subscribe(barrierSubject(giver.runId, '*'), {
      callback: (error, { subject, data }) => {
        const message = error === null ? readBarrierMessage(data) : null
        if (message?.kind === 'ready') this.#hear(subject, message)
      },
    })
  }

  /** @throws InputError if NATS is unreachable. */
  static async open(giver: NoticeGiver): Promise<FailureNotice> {
    return new FailureNotice(giver, await connected(giver.natsUrls))
  }

  /**
   * @returns `null` for a run whose shards don't wait for each other.
   * @throws InputError if NATS is unreachable.
   */
  static async ofShard(
    settings: ShardSettings | null,
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<FailureNotice | null> {
    if (settings?.start.kind !== 'barrier') return null
    const { shard, start } = settings
    const natsUrls = barrierServers(env)
    return FailureNotice.open({ natsUrls, ...start, shard: shard.index + 1, of: shard.of })
  }

  readonly listener = (event: RunEvent): void => {
    if (event.event !== 'scenario-ended') return
    this.#hasEnded = true
    const { scenario, entries } = event
    const [entry] = entries
    if (entry === undefined || !hasSentNothing(entry)) return
    const subject = barrierSubject(this.#giver.runId, roundOf(scenario.file, scenario.name, 0))
    if (!this.#joined.has(subject)) this.#fail(subject, redactedRun(entry).error ?? 'no reason')
  }

  /**
   * Waits until all others are told, if there is something to tell.
   * @param exitCode of the run.
   */
  async close(exitCode: number): Promise<void> {
    const isBroken = exitCode !== EXIT.good && !this.#hasEnded
    if (isBroken) this.#fail('*', 'its run ended before its scenario began')
    const { readyWithinMs } = this.#giver
    const isEndedBySignal = exitCode > FIRST_SIGNAL_CODE
    if (this.#reasons.size > 0) {
      await this.#untilTold(isEndedBySignal ? WAIT_AFTER_SIGNAL_MS : readyWithinMs)
    }
    if (this.#announcing !== null) clearInterval(this.#announcing)
    await this.#nats.drain().catch(() => {})
  }

  #hear(subject: string, { instance, shard, facts }: BarrierMessage & { kind: 'ready' }): void {
    if (instance === this.#instance) return
    if (shard === this.#giver.shard) {
      this.#joined.add(subject)
      return
    }
    if (subject === this.#failedSubject) {
      if (this.#reasons.size === 0 || this.#told.has(shard)) return
      this.#announce()
      this.#tell(shard)
      return
    }
    const reason = this.#reasons.get(subject) ?? this.#reasons.get('*')
    if (reason === undefined) return
    // A party believes only those that it has heard, and that are of the same load.
    this.#sayReady(subject, facts)
    this.#publish(subject, { kind: 'stop', instance: this.#instance, reason })
    this.#tell(shard)
  }

  #fail(subject: string, why: string): void {
    const { shard, of } = this.#giver
    const [line = ''] = why.split('\n')
    const text = Array.from(printable(line)).slice(0, MAX_REASON).join('')
    this.#reasons.set(
      subject,
      `Shard ${shard} of ${of} failed before its load, so none starts: ${text}`,
    )
    this.#announcing ??= setInterval(() => this.#announce(), ANNOUNCE_EVERY_MS)
    this.#announce()
  }

  #announce(): void {
    this.#sayReady(this.#failedSubject, {})
  }

  #sayReady(subject: string, facts: Facts): void {
    const { shard } = this.#giver
    this.#publish(subject, { kind: 'ready', instance: this.#instance, shard, facts })
  }

  #publish(subject: string, message: BarrierMessage): void {
    if (!this.#nats.isClosed()) this.#nats.publish(subject, JSON.stringify(message))
  }

  #tell(shard: number): void {
    this.#told.add(shard)
    if (this.#told.size >= this.#giver.of - 1) this.#allTold.resolve()
  }

  async #untilTold(withinMs: number): Promise<void> {
    if (this.#giver.of === 1) return
    const waiting = new AbortController()
    const late = sleep(withinMs, undefined, { signal: waiting.signal }).catch(() => {})
    await Promise.race([this.#allTold.promise, late])
    waiting.abort()
  }
}

/** Whether a test ended before its first load: others wait for that load. */
function hasSentNothing(entry: ScenarioEntry): boolean {
  return (
    entry.state === 'unmeasured' || (entry.state === 'lost' && entry.intervals.seconds.length === 0)
  )
}
