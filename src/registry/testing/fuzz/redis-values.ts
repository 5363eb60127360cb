import { keysOf } from '../../redis/keys.ts'
import { FIXED, FORBIDDEN_SUBJECTS, NAMESPACE, subjects } from './names.ts'
import type { Random } from './random.ts'

export type RedisValue = string | Buffer

/** Commands that one input sends to Redis, one after the other. */
export interface RedisInput {
  readonly kind: 'redis'
  readonly commands: readonly (readonly [name: string, ...values: RedisValue[]])[]
}

export const keys = keysOf(NAMESPACE)

/** Records under these names are invalid by the rules of `record.ts`, so they must never be listed. */
export const JUNK = 'junk-'
/** Unusual rather than invalid, such as a gateway of any text: may or may not be listed, and must do no harm. */
export const UNUSUAL = 'unusual-'

export const VALID = FIXED.flatMap(({ identities }) => identities)
export const RIGHT_METADATA = '{"junk":true}'
export const NAMES_OF_EACH = 60

export const WRONG_TIMES = [
  'x',
  '1.5',
  'NaN',
  'Infinity',
  '9007199254740993',
  '1e400',
  '9'.repeat(400),
  '\0',
  '5\n5',
]
export const UNUSUAL_TIMES = ['', ' 5', '0x10', '1e3', '-1', '-0', '٣', '007']
export const WRONG_METADATA: readonly RedisValue[] = [
  '',
  'x',
  '[]',
  'null',
  '5',
  '"{}"',
  '{',
  '{"a":}',
  '{"a":1}}',
  "{'a':1}",
  '\0',
  '[[[[',
  Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  // Deeper than any limit allows; recursion through it overflows the stack.
  `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  `{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
]
export const UNUSUAL_METADATA: readonly RedisValue[] = [
  '{"a":"\\ud800"}',
  '{"a":1e999}',
  '{"a":1,"a":2}',
  '{"__proto__":{"valid":true},"constructor":5}',
  `{"a":"${'x'.repeat(300_000)}"}`,
  Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc3, 0x28, 0xff, 0x22, 0x7d]),
]

/** No identity may be one of these, and as a subject's last words they would reach others or end the line. */
export const WRONG_IDENTITIES = [
  '>',
  '*',
  'gw.>',
  'a b',
  'a\r\nPUB payments.execute 2\r\nhi\r\n',
  'a\nb',
  'a\0b',
  '.',
  'a..b',
  'a.',
  '.a',
  '~index2',
  'x'.repeat(257),
  'x'.repeat(70_000),
  '\u2028',
  'a\u200bb',
  'a\u202eb',
]

/** A gateway that anybody may write into a record. */
export function gatewayText(random: Random): RedisValue {
  if (random.oneIn(6)) return random.bytes(1 + random.below(30))
  return random.pick([
    ...FORBIDDEN_SUBJECTS.filter((subject) => !subjects.isGateway(subject)),
    'a\r\nPUB payments.execute 2\r\nhi\r\n',
    'g'.repeat(5_000),
    ' ',
    '$JS.API.STREAM.LIST',
  ])
}
