import { type HeaderLines, headerBlock, wrongHeaderBlock } from './header-inputs.ts'
import { mutated } from './mutations.ts'
import { FORBIDDEN_SUBJECTS, identitiesBy } from './names.ts'
import type { Random } from './random.ts'
import { answerBody, receiptBody } from './reply-inputs.ts'
import { slotsMessage, toldNames } from './slot-inputs.ts'

/** The target of a frame. Subjects known only in a run, such as inboxes, are looked up when it is sent. */
export type NatsTarget =
  | 'gateway'
  | 'durableGateway'
  | 'durableStream'
  | 'progress'
  | 'own'
  | 'pattern'
  | 'patternHosts'
  | 'silentReply'
  | 'storedReply'
  | 'muteReply'
  | 'neighbourReply'
  | 'hostsReply'
  | 'requestReply'
  | 'pullReply'

/** One frame, before its target's subject in this run is known. */
export interface NatsInput {
  readonly kind: 'nats'
  readonly target: NatsTarget
  /** Appended to the common prefix of a target that is a family of subjects. */
  readonly word: string
  /** `null`: none. */
  readonly reply: string | null
  /** `null`: the frame has none. */
  readonly headers: Buffer | null
  readonly body: Buffer
  /** Added to the length of the headers that the frame announces. */
  readonly headerLengthLie: number
  /** Replaces the body by an earlier receipt: its place from the latest. */
  readonly replays: number | null
}

const TARGETS: Readonly<Record<NatsTarget, number>> = {
  gateway: 20,
  durableGateway: 6,
  durableStream: 10,
  progress: 2,
  own: 8,
  pattern: 8,
  patternHosts: 4,
  silentReply: 16,
  storedReply: 6,
  muteReply: 4,
  neighbourReply: 4,
  hostsReply: 3,
  requestReply: 4,
  pullReply: 5,
}

/** The frame of one index. */
export function natsInput(random: Random, index: number): NatsInput {
  const target = random.weighted(TARGETS)
  const { lines, body } = contentFor(target, random, index)
  // After some mutations, a reply that is not a receipt would become one.
  const isRight = random.oneIn(6) || target === 'muteReply'
  const headers = headersFor(random, target, lines, isRight)
  const mayLie = headers !== null && !isRight && !isStored(target)
  return {
    kind: 'nats',
    target,
    word: wordFor(target, random),
    reply: replyOf(target, random, index),
    headers,
    body: isRight || !random.oneIn(3) ? body : mutated(random, body),
    headerLengthLie: mayLie && random.oneIn(25) ? lie(random, headers.length) : 0,
    replays: random.oneIn(8) && isReceiptTarget(target) ? random.below(16) : null,
  }
}

function headersFor(
  random: Random,
  target: NatsTarget,
  lines: HeaderLines,
  isRight: boolean,
): Buffer | null {
  if (lines.length === 0 && random.oneIn(2)) return null
  if (isRight || random.oneIn(3)) return headerBlock(lines)
  if (random.oneIn(20)) return null
  const block = wrongHeaderBlock(random, lines)
  // A server of version 2.9 panics at headers for a stream that end in the middle of a line.
  return isStored(target) ? Buffer.concat([block, Buffer.from('\r\n\r\n')]) : block
}

/** Whether a JetStream stream captures the target, so that the server itself reads the headers. */
function isStored(target: NatsTarget): boolean {
  return target === 'durableStream' || target === 'progress'
}

/** Mostly one that the server accepts; rarely one at which it closes the connection. */
function lie(random: Random, length: number): number {
  return random.oneIn(25) ? 100_000 : -1 - random.below(Math.max(1, length - 1))
}

function replyOf(target: NatsTarget, random: Random, index: number): string | null {
  switch (random.weighted({ none: 2, inbox: 5, foreign: 4 })) {
    case 'none':
      return null
    case 'inbox':
      return `_INBOX.attacker.${index}`
    case 'foreign':
      // A stream itself answers publications at any reply subject, which is outside our control.
      return isStored(target) ? null : random.pick(FORBIDDEN_SUBJECTS)
  }
}

function isReceiptTarget(target: NatsTarget): boolean {
  return target === 'silentReply' || target === 'storedReply' || target === 'neighbourReply'
}

function wordFor(target: NatsTarget, random: Random): string {
  if (target === 'own') return random.pick(identitiesBy('own'))
  if (target === 'pattern')
    return random.pick([...identitiesBy('pattern'), 'pat.other', 'pat.x.y', 'pat.'])
  if (target === 'progress') return random.pick(['x', 'a.b', 'é', '0'.repeat(200)])
  if (target === 'neighbourReply') {
    return random.pick([
      '1.0',
      '2.0',
      '3.1',
      '0.0',
      '1.-1',
      '1.1e9',
      '1.NaN',
      'x.y',
      '__proto__.0',
      '1.__proto__',
    ])
  }
  return String(random.below(1_000))
}

interface Content {
  readonly lines: HeaderLines
  readonly body: Buffer
}

function contentFor(target: NatsTarget, random: Random, index: number): Content {
  switch (target) {
    case 'gateway':
    case 'durableGateway':
    case 'pullReply':
      return gatewayMessage(random, index)
    case 'durableStream': {
      const { lines, body } = gatewayMessage(random, index)
      const to = random.oneIn(2) ? `_INBOX.attacker.${index}` : random.pick(FORBIDDEN_SUBJECTS)
      const id = random.oneIn(8) ? 'again' : `fuzz-${index}`
      return { lines: [...lines, ['Prism-Receipt-To', to], ['Nats-Msg-Id', id]], body }
    }
    case 'own':
    case 'pattern':
      return {
        lines: [
          ['Prism-Message-Id', messageId(random, index)],
          ['Prism-Resendable', '1'],
        ],
        body: random.bytes(random.below(32)),
      }
    case 'patternHosts':
      return { lines: [['Prism-Wire', '2']], body: random.bytes(random.below(8)) }
    case 'silentReply':
    case 'storedReply':
    case 'neighbourReply':
    case 'progress':
      return { lines: random.oneIn(3) ? [['Prism-Error', 'no']] : [], body: receiptBody(random) }
    case 'muteReply':
      return notAReceipt(random)
    case 'hostsReply':
    case 'requestReply':
      return { lines: [], body: answerBody(random) }
  }
}

/** Replies that an identity's sender must not take for a receipt. */
function notAReceipt(random: Random): Content {
  if (random.oneIn(2)) {
    // An unreadable reply might have been one of these.
    const name = random.pick(['Prism-Error', 'Prism-Error', 'bad name'])
    return { lines: [[name, 'not handled']], body: Buffer.alloc(0) }
  }
  const acknowledgement = random.pick([
    '{"stream":"ORDERS","seq":12}',
    '{"stream":"ORDERS", "domain":"hub", "seq":9007199254740993}',
    '{"stream":"ORDERS","seq":3,"duplicate":true}',
    '{"error":{"code":503,"err_code":10077,"description":"maximum messages exceeded"},"stream":"ORDERS","seq":0}',
  ])
  return { lines: [], body: Buffer.from(acknowledgement) }
}

function messageId(random: Random, index: number): string {
  return random.oneIn(10)
    ? random.pick(['', ' ', 'x y', 'é', '\0', 'x'.repeat(128), 'x'.repeat(129), '__proto__'])
    : `forged-${index}`
}

const HOSTED = (['gateway', 'durable', 'moody', 'pattern'] as const).flatMap(identitiesBy)
const NOT_HOSTED = [
  'nobody',
  'pat',
  '',
  ' ',
  '>',
  '*',
  'a\0b',
  '~log',
  '__proto__',
  'x'.repeat(300),
  'ü.ü',
]

function namesOf(random: Random): readonly string[] {
  const count = random.oneIn(50) ? random.below(5_000) : random.below(6)
  return Array.from({ length: count }, () => random.pick(random.oneIn(3) ? NOT_HOSTED : HOSTED))
}

/**
 * A gateway message to identities, or to slots of identities, that it may or may not host; its headers
 * are mostly true.
 */
function gatewayMessage(random: Random, index: number): Content {
  if (random.oneIn(4)) return slotsMessage(random, HOSTED, index, messageId(random, index))
  const told = random.oneIn(3) ? toldNames(random, HOSTED, index) : null
  const identities = told?.identities ?? namesOf(random)
  const count = identities.length
  const payload = random.bytes(random.below(random.oneIn(100) ? 4_096 : 24))
  const off = random.oneIn(5) ? random.pick([-1, 1, 1_000, 2 ** 31, 2 ** 53]) : 0
  const more = random.oneIn(5) ? random.pick([-1, 1, 1_000, 2 ** 31, 2 ** 53]) : 0
  const lines: [string, string][] = [
    ['Prism-Message-Id', messageId(random, index)],
    ['Prism-Wire', random.oneIn(12) ? random.pick(['1', '3', '02', '2 ', '2,2', '']) : '2'],
    ['Prism-Payload-Bytes', String(payload.length + off)],
    ['Prism-Recipients', String(count + more)],
  ]
  if (random.oneIn(2)) lines.push(['Prism-Resendable', '1'])
  if (random.oneIn(4)) lines.push(['Prism-Repeatable', '1'])
  if (told !== null) lines.push(['Prism-Table', told.table])
  return { lines, body: Buffer.concat([payload, Buffer.from(identities.join('\n'))]) }
}
