import { mayBeMessage, placesClaimed, slotsSent, slotsTold } from './claims.ts'
import { isInbox, mayBePublished } from './allowed-subjects.ts'
import {
  DURABLE_GATEWAY,
  DURABLE_NAME,
  HOST_GATEWAY,
  identitiesBy,
  isRecord,
  SILENT_DURABLE_NAME,
  SILENT_GATEWAY,
  subjects,
} from './names.ts'
import type { NatsInput, NatsTarget } from './nats-inputs.ts'
import { type Frame, headerOf, type RawMessage, type RawNats } from './raw-nats.ts'
import { INPUT_TABLES, LEARNED_TABLE } from './slot-inputs.ts'

/** A message that waits for a receipt which only the test could send. */
interface Waiting {
  readonly messageId: string
  readonly recipients: readonly string[]
}

/** Recent subjects of a kind, the latest last. */
const REMEMBERED = 16
const ASKED_REMEMBERED = 4_000
const MUTE = identitiesBy('mute').map((identity) => subjects.identity(identity))

/**
 * Everything that is published on the server: checks whether it is allowed, and collects what inputs
 * can learn from it, as any subscriber could.
 */
export class Traffic {
  /** Subjects to which something was published that is neither ours nor an inbox. */
  readonly foreign = new Set<string>()
  /** Receipts that name handled positions for an invalid message. */
  readonly unfounded = new Set<string>()
  readonly #asked = new Map<string, Frame>()
  readonly #seen = new Map<string, string[]>()
  readonly #receipts: Buffer[] = []
  readonly #waiting = new Map<string, Waiting>()
  /** Replies to messages that had not been seen when they were sent. */
  readonly #early = new Map<string, readonly Buffer[]>()
  readonly #claims = new Map<string, Set<string>>()
  /** The names of slots, by table, as the sender told them. */
  readonly #told = new Map<string, Map<number, string>>()

  constructor(watcher: RawNats) {
    watcher.subscribe('>', (message) => this.#see(message))
  }

  /** Whether an input said, in the right form, that `identity` handled the message. */
  claimed(messageId: string, identity: string): boolean {
    return this.#claims.get(messageId)?.has(identity) ?? false
  }

  /** The frame of an input, with the subject that its target has now. */
  frameOf(input: NatsInput): Frame {
    const { target, reply, headerLengthLie, replays } = input
    const headers = this.#withTable(input.headers)
    const subject = this.#subjectOf(input)
    const body = replays === null ? input.body : (this.#receipts.at(-1 - replays) ?? input.body)
    const headerLength = (headers?.length ?? 0) + headerLengthLie
    this.#noteClaims(input, subject, headerLengthLie === 0 ? body : Buffer.alloc(0))
    const frame = { subject, reply, headers, body, headerLength }
    if (target === 'gateway' || target === 'durableGateway') this.#rememberAsked(frame)
    return frame
  }

  /** Refers to a table that the sender uses, if there is one. */
  #withTable(headers: Buffer | null): Buffer | null {
    const at = headers?.indexOf(LEARNED_TABLE) ?? -1
    const id = this.#seen.get('table')?.at(-1)
    if (headers === null || at < 0 || id === undefined) return headers
    const changed = Buffer.from(headers)
    changed.write(id, at)
    return changed
  }

  #rememberAsked(frame: Frame): void {
    if (frame.reply === null) return
    this.#asked.set(frame.reply, frame)
    const [oldest] = this.#asked.keys()
    if (this.#asked.size > ASKED_REMEMBERED && oldest !== undefined) this.#asked.delete(oldest)
  }

  #subjectOf({ target, word }: NatsInput): string {
    switch (target) {
      case 'gateway':
        return HOST_GATEWAY
      case 'durableGateway':
        return DURABLE_GATEWAY
      case 'durableStream':
        return subjects.durable(DURABLE_NAME)
      case 'progress':
        return this.#lastOf(target, word) ?? subjects.progress(DURABLE_NAME, word)
      case 'own':
      case 'pattern':
        return subjects.identity(word)
      case 'patternHosts':
        return subjects.patternHosts()
      case 'neighbourReply': {
        const known = this.#lastOf('silentReply', '0') ?? '_INBOX.unknown.1.0'
        return `${known.split('.').slice(0, -2).join('.')}.${word}`
      }
      case 'requestReply': {
        const known = this.#lastOf(target, word) ?? '_INBOX.unknown.x'
        return Number(word) % 2 === 0 ? known : `${known.slice(0, known.lastIndexOf('.'))}.${word}`
      }
      case 'silentReply':
      case 'storedReply':
      case 'muteReply':
      case 'hostsReply':
      case 'pullReply':
        return this.#lastOf(target, Number(word) % 4 > 0 ? '0' : word) ?? `_INBOX.unknown.${word}`
    }
  }

  #lastOf(kind: string, word: string): string | undefined {
    const seen = this.#seen.get(kind) ?? []
    return seen.at(-1 - (Number(word) % Math.max(1, seen.length)))
  }

  #noteClaims({ target }: NatsInput, subject: string, body: Buffer): void {
    const waiting = this.#waiting.get(subject)
    if (waiting !== undefined) this.#claim(target, waiting, body)
    else if (target === 'neighbourReply') {
      this.#early.set(subject, [...(this.#early.get(subject) ?? []), body])
    }
  }

  #claim(target: NatsTarget, { messageId, recipients }: Waiting, body: Buffer): void {
    const claimed = this.#claims.get(messageId) ?? new Set()
    this.#claims.set(messageId, claimed)
    if (MUTE.includes(subjects.identity(recipients[0] ?? ''))) {
      // Any reply is its receipt, except those made to be none.
      if (target !== 'muteReply') claimed.add(recipients[0] ?? '')
      return
    }
    for (const place of placesClaimed(body, recipients.length)) {
      const identity = recipients[place]
      if (identity !== undefined) claimed.add(identity)
    }
  }

  #see(message: RawMessage): void {
    const { subject, reply, body } = message
    if (!mayBePublished(subject)) this.foreign.add(subject)
    if (subject.startsWith('_INBOX.attacker.') && body.length > 0 && body.length < 10_000) {
      push(this.#receipts, body)
      const frame = this.#asked.get(subject)
      if (frame !== undefined && /^handled \d/m.test(body.toString()) && !mayBeMessage(frame)) {
        const text = JSON.stringify(body.toString().slice(0, 200))
        this.unfounded.add(`${subject} got ${text} of what was not a message`)
      }
    }
    if (reply?.startsWith('_INBOX.attacker.')) return
    if (subject === HOST_GATEWAY && reply !== null) this.#learnTable(message)
    if (subject === SILENT_GATEWAY && reply !== null) this.#wait('silentReply', reply, message)
    else if (subject === subjects.durable(SILENT_DURABLE_NAME)) {
      const receiptTo = headerOf(message, 'Prism-Receipt-To')
      if (receiptTo !== null) this.#wait('storedReply', receiptTo, message)
      this.#learn('requestReply', reply)
    } else if (MUTE.includes(subject)) {
      if (reply !== null) this.#wait('muteReply', reply, message)
    } else if (subject === subjects.patternHosts()) this.#learn('hostsReply', reply)
    else if (subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.')) this.#learn('pullReply', reply)
    else if (subject.startsWith('$JS.')) this.#learn('requestReply', reply)
    else if (isRecord(subject)) {
      if (reply !== null) this.#learn('progress', subject)
    }
  }

  #wait(kind: string, reply: string, message: RawMessage): void {
    const payloadBytes = Number(headerOf(message, 'Prism-Payload-Bytes'))
    const identity = subjects.identityOf(message.subject)
    const recipients = identity === null ? this.#recipientsOf(message, payloadBytes) : [identity]
    const messageId = headerOf(message, 'Prism-Message-Id') ?? ''
    const waiting = { messageId, recipients }
    this.#waiting.set(reply, waiting)
    for (const body of this.#early.get(reply) ?? []) this.#claim('neighbourReply', waiting, body)
    this.#learn(kind, reply)
  }

  /** Those of a message to a gateway, by names or by slots that earlier ones told. */
  #recipientsOf(message: RawMessage, payloadBytes: number): readonly string[] {
    const rest = message.body.subarray(payloadBytes)
    const [id = '', slots = ''] = (headerOf(message, 'Prism-Table') ?? '').split(' ')
    if (headerOf(message, 'Prism-Wire') === '3') {
      const known = this.#told.get(id)
      return slotsSent(rest).map((slot) => known?.get(slot) ?? '')
    }
    const names = rest.toString().split('\n')
    if (slots !== '') {
      const known = this.#told.get(id) ?? new Map<number, string>()
      this.#told.set(id, known)
      for (const [at, slot] of slotsTold(slots).entries()) known.set(slot, names[at] ?? '')
    }
    return names
  }

  #learnTable(message: RawMessage): void {
    const [id = ''] = (headerOf(message, 'Prism-Table') ?? '').split(' ')
    const isInput = id === LEARNED_TABLE || id.startsWith(INPUT_TABLES)
    const isLearned = this.#seen.get('table')?.includes(id) ?? false
    if (id.length !== LEARNED_TABLE.length || isInput || isLearned) return
    const seen = this.#seen.get('table') ?? []
    this.#seen.set('table', seen)
    push(seen, id)
  }

  #learn(kind: string, subject: string | null): void {
    const isExpected = subject !== null && isInbox(subject) === (kind !== 'progress')
    if (!isExpected) return
    const seen = this.#seen.get(kind) ?? []
    this.#seen.set(kind, seen)
    push(seen, subject)
  }
}

function push<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > REMEMBERED) list.shift()
}
