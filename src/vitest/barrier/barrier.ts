import { formatSeconds } from '../../format.ts'
import { printable } from '../../printable.ts'
import type { BarrierMessage, Facts } from './barrier-message.ts'

/** One of those who start together. */
export interface Party {
  /** 1 … `of`. */
  readonly shard: number
  readonly of: number
  /** Random: tells two processes with the same shard apart. */
  readonly instance: string
  readonly facts: Facts
  /** How long to wait for the others, in ms. */
  readonly readyWithinMs: number
}

/** How the wait ended. */
export type BarrierEnd =
  | {
      readonly kind: 'start'
      /** The same for all parties; random. */
      readonly id: string
      /** By the clock of `receive`. */
      readonly startMs: number
      /** All parties start within this time, in ms: the longest round trip of `go` and its answer. */
      readonly skewMs: number
    }
  | { readonly kind: 'failed'; readonly reason: string }

/** Parties say that they are there once per this time. */
const READY_EVERY_MS = 500
/** One that was heard and is then silent for this long has left. */
const SILENT_MS = 10_000
/** From `go` to the start … */
const GO_IN_MS = 3_000
/** … and to the last answer. */
const ANSWER_WITHIN_MS = 2_000

/**
 * A barrier as one party sees it, without a network: messages and the time come in, messages go out. All time
 * is by the party's own monotonic clock; no two clocks are ever compared.
 *
 *     all        ready ──→ all        every 500 ms
 *     shard 1    go ────→ all         when it has heard everybody; each starts 3 s after its arrival
 *     all        going ─→ shard 1     within 2 s
 *     shard 1    confirmed ─→ all     the longest round trip bounds how far apart they start
 *
 * Whoever finds that it can't come to that tells all, by `stop`: a party that is missing after the time to
 * wait, one that has left, a shard that is there twice, or one of another load.
 */
export class Barrier {
  readonly #party: Party
  readonly #newId: () => string
  readonly #sinceMs: number
  readonly #heard = new Map<string, { readonly shard: number; atMs: number }>()
  #nextReadyMs = -Infinity
  /** The `go` of shard 1, as sent by this party. */
  #sent: {
    readonly id: string
    readonly atMs: number
    readonly answers: Map<string, number>
  } | null = null
  #isConfirmed = false
  /** The `go` that arrived. */
  #go: { readonly id: string; readonly startMs: number } | null = null
  #outbox: BarrierMessage[] = []
  #end: BarrierEnd | null = null

  constructor(party: Party, nowMs: number, newId: () => string) {
    this.#party = party
    this.#sinceMs = nowMs
    this.#newId = newId
  }

  /** `null` while it waits. */
  get end(): BarrierEnd | null {
    return this.#end
  }

  /** Takes a message of any party, itself included. */
  receive(message: BarrierMessage, nowMs: number): void {
    if (this.#end !== null) return
    if (message.kind === 'ready') {
      this.#hear(message, nowMs)
      return
    }
    const from = this.#heard.get(message.instance)
    // Others who use the subject, and parties of an earlier attempt.
    if (from === undefined) return
    from.atMs = nowMs
    switch (message.kind) {
      case 'go':
        if (from.shard !== 1 || this.#go !== null) return
        this.#go = { id: message.id, startMs: nowMs + message.inMs }
        this.#send({ kind: 'going', ...this.#self, id: message.id })
        return
      case 'going':
        if (this.#sent?.id === message.id && !this.#sent.answers.has(message.instance)) {
          this.#sent.answers.set(message.instance, nowMs - this.#sent.atMs)
        }
        return
      case 'confirmed':
        if (from.shard !== 1 || this.#go?.id !== message.id || nowMs >= this.#go.startMs) return
        this.#end = { kind: 'start', ...this.#go, skewMs: message.skewMs }
        return
      case 'stop':
        this.#end = { kind: 'failed', reason: printable(message.reason) }
    }
  }

  /** What to send now. Call it after each message, and a few times per second. */
  tick(nowMs: number): readonly BarrierMessage[] {
    if (this.#end === null) {
      if (nowMs >= this.#nextReadyMs) this.#sayReady(nowMs)
      this.#findAbsent(nowMs)
      if (this.#party.shard === 1) this.#lead(nowMs)
    }
    const out = this.#outbox
    this.#outbox = []
    return out
  }

  get #self(): { readonly instance: string; readonly shard: number } {
    return { instance: this.#party.instance, shard: this.#party.shard }
  }

  #hear(ready: BarrierMessage & { kind: 'ready' }, nowMs: number): void {
    const { instance, shard } = ready
    const names = [...new Set([...Object.keys(this.#party.facts), ...Object.keys(ready.facts)])]
    const other = names.find((name) => this.#party.facts[name] !== ready.facts[name])
    if (other !== undefined) {
      const [a, b] = [this.#party.facts[other], ready.facts[other]].map(
        (fact) => `"${printable(fact ?? 'none')}"`,
      )
      this.#fail(
        `Shards ${this.#party.shard} and ${shard} are not of one load: ${printable(other)} is ${a} in shard ${this.#party.shard}, and ${b} in shard ${shard}.`,
      )
      return
    }
    // Only a forged message says so, because the number of shards is one of the facts.
    if (shard > this.#party.of) return
    const known = this.#heard.get(instance)
    if (known !== undefined) known.atMs = nowMs
    else this.#heard.set(instance, { shard, atMs: nowMs })
    const twice = [...this.#heard].find(([id, heard]) => id !== instance && heard.shard === shard)
    if (twice === undefined) return
    this.#fail(
      `Shard ${shard} of ${this.#party.of} is there twice. Start each shard once, and give two runs at the same time names of their own with --run.`,
    )
  }

  #findAbsent(nowMs: number): void {
    const { instance, of, readyWithinMs } = this.#party
    const own = this.#heard.get(instance)
    // Without its own messages, it is this party that is cut off, and knows nothing of the others.
    const isConnected = own !== undefined && nowMs - own.atMs < SILENT_MS / 2
    const silent = [...this.#heard.values()].filter(({ atMs }) => nowMs - atMs >= SILENT_MS)
    if (isConnected && silent.length > 0) {
      this.#fail(
        `${shardsText(silent.map(({ shard }) => shard))} of ${of} ${silent.length === 1 ? 'was' : 'were'} ready, and then left: ended or cut off before all started.`,
      )
      return
    }
    if (this.#go !== null) {
      if (nowMs < this.#go.startMs) return
      this.#fail('Shard 1 said go, and did not confirm it: it ended, or was cut off.')
      return
    }
    if (nowMs - this.#sinceMs < readyWithinMs) return
    const there = new Set([...this.#heard.values()].map(({ shard }) => shard))
    const missing = Array.from({ length: of }, (_, k) => k + 1).filter((k) => !there.has(k))
    const within = formatSeconds(readyWithinMs, 0)
    if (own === undefined) {
      this.#fail(`NATS delivered nothing within ${within}, not even this shard's own messages.`)
    } else if (missing.length > 0) {
      this.#fail(
        `${shardsText(missing)} of ${of} ${missing.length === 1 ? 'was' : 'were'} not ready within ${within}, so none starts. Start all shards within that time, or set a longer --ready-within.`,
      )
    } else if (nowMs - this.#sinceMs >= readyWithinMs + SILENT_MS) {
      this.#fail(`All ${of} shards were ready, but shard 1 did not say go: NATS loses messages.`)
    }
  }

  #lead(nowMs: number): void {
    if (this.#end !== null || this.#isConfirmed) return
    const { of, instance } = this.#party
    if (this.#sent === null) {
      if (this.#heard.size < of) return
      // The last party may not have heard of shard 1 yet.
      this.#sayReady(nowMs)
      const id = this.#newId()
      this.#sent = { id, atMs: nowMs, answers: new Map() }
      this.#send({ kind: 'go', instance, id, inMs: GO_IN_MS })
      return
    }
    const { id, atMs, answers } = this.#sent
    if (answers.size === of) {
      this.#isConfirmed = true
      this.#send({ kind: 'confirmed', instance, id, skewMs: Math.max(...answers.values()) })
    } else if (nowMs - atMs >= ANSWER_WITHIN_MS) {
      const silent = [...this.#heard].flatMap(([key, { shard }]) => (answers.has(key) ? [] : shard))
      this.#fail(
        `${shardsText(silent)} of ${of} did not answer within ${formatSeconds(ANSWER_WITHIN_MS, 0)} when all were ready, so none starts.`,
      )
    }
  }

  #sayReady(nowMs: number): void {
    this.#nextReadyMs = nowMs + READY_EVERY_MS
    this.#send({ kind: 'ready', ...this.#self, facts: this.#party.facts })
  }

  #fail(reason: string): void {
    if (this.#end !== null) return
    // One that has just come heard nothing of this party yet, and believes only those it has heard.
    this.#send({ kind: 'ready', ...this.#self, facts: this.#party.facts })
    this.#send({ kind: 'stop', instance: this.#party.instance, reason: reason.slice(0, 1_000) })
    this.#end = { kind: 'failed', reason }
  }

  #send(message: BarrierMessage): void {
    this.#outbox.push(message)
  }
}

const MAX_NAMED = 10

/** `Shard 3`, `Shards 3 and 5`, or the first ten of many. */
function shardsText(shards: readonly number[]): string {
  const sorted = shards.toSorted((a, b) => a - b)
  if (sorted.length === 1) return `Shard ${sorted[0]}`
  if (sorted.length > MAX_NAMED) {
    return `Shards ${sorted.slice(0, MAX_NAMED).join(', ')} and ${sorted.length - MAX_NAMED} more`
  }
  return `Shards ${sorted.slice(0, -1).join(', ')} and ${sorted.at(-1)}`
}
