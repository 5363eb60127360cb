import {
  HOST_GATEWAY,
  OTHER_NAMESPACE,
  otherSubjects,
  SILENT_DURABLE_NAME,
  subjects,
} from './names.ts'
import type { Random } from './random.ts'

const RECEIPT_HEADS = [
  'prism-receipt/2 5',
  'prism-receipt/2 5',
  'prism-receipt/2 5',
  'prism-receipt/2 4',
  'prism-receipt/2 4',
  'prism-receipt/2 6',
  'prism-receipt/2 0',
  'prism-receipt/2 -5',
  'prism-receipt/2 5.0',
  'prism-receipt/2 5e0',
  'prism-receipt/2 0x5',
  'prism-receipt/2 ٥',
  'prism-receipt/2 4294967301',
  'prism-receipt/2 99999999999999999999999',
  'prism-receipt/2',
  'prism-receipt/2 ',
  'prism-receipt/1 5',
  'prism-receipt/3 5',
  'PRISM-RECEIPT/2 5',
  '',
]

/** Names nothing, or only invalid positions, as handled, or has an invalid format. */
const WRONG_LINES = [
  'handled 5',
  'handled 0-5',
  'handled 1-5',
  'handled 3,4,5',
  'handled 3,2',
  'handled 0-99999999999',
  'handled 0-4294967295',
  'handled 0-9007199254740993',
  'handled 4-0',
  'handled -1',
  'handled -1-4',
  'handled 0-',
  'handled -',
  'handled 0--4',
  'handled 0-4-4',
  'handled ,',
  'handled 0,,1',
  'handled 0,x',
  'handled 0 1',
  'handled 1e0',
  'handled 0x1',
  'handled ٠-٤',
  'handled 0.0',
  'handled 0-4\0',
  'handled\t0-4',
  'handled  0-4',
  'HANDLED 0-4',
  'handled0-4',
  'handled',
  'handled ',
]

/** Say of a process what it does, or does not, hold. */
const NAMES_LINES = [
  'holds fuzz-process',
  'holds fuzz-process',
  'holds fuzz-process',
  'holds fuzz-process-2',
  'lacks fuzz-process',
]

const HARMLESS_LINES = [
  ...NAMES_LINES,
  'refused 0-4',
  'refused 1,3',
  'holds 0-4',
  'lacks nobody',
  'lacks',
  'holds',
  'holds a b',
  `lacks ${'x'.repeat(65)}`,
  'unknown',
  'dictionary 17 handled 0-4',
  '__proto__ 0-4',
  '+silent-1',
  '+stored-1\n+stored-2',
  '-silent-1',
  '?silent-1',
  'silent-1\nsilent-2',
]

/** Receipts of which only a few are valid and name handled positions. */
export function receiptBody(random: Random): Buffer {
  if (random.oneIn(12)) return random.bytes(random.below(40))
  if (random.oneIn(8)) return Buffer.from(`prism-receipt/2 5\n${random.pick(NAMES_LINES)}`)
  const lines = [random.pick(RECEIPT_HEADS)]
  for (let left = random.below(4); left > 0; left -= 1) {
    const choice = random.weighted({ wrong: 6, harmless: 4, claim: random.oneIn(20) ? 8 : 0 })
    if (choice === 'wrong') lines.push(random.pick(WRONG_LINES))
    else if (choice === 'harmless') lines.push(random.pick(HARMLESS_LINES))
    else lines.push(`handled ${random.below(5)}`)
  }
  if (random.oneIn(200)) lines.push(`refused ${'0,'.repeat(50_000)}0`)
  return Buffer.from(lines.join(random.oneIn(20) ? '\r\n' : '\n'))
}

const ANSWERS: readonly unknown[] = [
  { gateway: HOST_GATEWAY, pattern: 'pat.*' },
  { gateway: 'payments.execute', pattern: '*' },
  { gateway: otherSubjects.gateway('fuzz-host'), pattern: '*' },
  { gateway: `${HOST_GATEWAY}\r\nPUB payments.execute 0`, pattern: '*' },
  { gateway: 'g'.repeat(5_000), pattern: 'x'.repeat(5_000) },
  { gateway: 5, pattern: null },
  { gateway: HOST_GATEWAY, pattern: '\0>' },
  null,
  [],
  0,
  '',
  { stream: subjects.messagesStream, seq: 1 },
  { stream: 'ORDERS', seq: -1 },
  { error: { code: 404, err_code: 10_059, description: 'stream not found' } },
  { error: { code: 503 } },
  { error: null },
  { type: 'io.nats.jetstream.api.v1.pub_ack_response', stream: 5, seq: 'x' },
  { type: 'io.nats.jetstream.api.v1.consumer_info_response', name: SILENT_DURABLE_NAME },
  { type: 'io.nats.jetstream.api.v1.stream_info_response', config: { name: OTHER_NAMESPACE } },
  { type: 'io.nats.jetstream.api.v1.stream_msg_get_response', message: { subject: 5, data: '%' } },
]

/** Replies that a server or another process might send to a request. */
export function answerBody(random: Random): Buffer {
  if (random.oneIn(6)) return random.bytes(random.below(64))
  const text = JSON.stringify(random.pick(ANSWERS))
  return Buffer.from(random.oneIn(4) ? text.slice(0, random.below(text.length + 1)) : text)
}
