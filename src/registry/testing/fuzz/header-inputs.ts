import { mutated } from './mutations.ts'
import type { Random } from './random.ts'

/** Names with values, in order; a name may come more than once. */
export type HeaderLines = readonly (readonly [name: string, value: string])[]

const STATUS_LINES = [
  'NATS/1.0 503',
  'NATS/1.0 503 No Responders',
  'NATS/1.0 100 Idle Heartbeat',
  'NATS/1.0 100 FlowControl Request',
  'NATS/1.0 404 No Messages',
  'NATS/1.0 408 Request Timeout',
  'NATS/1.0 409 Consumer Deleted',
  'NATS/1.0 409 Message Size Exceeds MaxBytes',
  'NATS/1.0 409 Leadership Change',
  'NATS/1.0 409',
  'NATS/1.0 400 Bad Request',
  'NATS/1.0 -1',
  'NATS/1.0 99999999999999999999',
  'NATS/1.0 abc',
  'NATS/1.0 ',
  'NATS/2.0',
  'HTTP/1.1 200 OK',
  'NATS/1.',
  '',
]

const WRONG_NAMES = [
  'bad key',
  '',
  ' ',
  'Prism Message Id',
  'na\0me',
  'né',
  'tab\tname',
  'a\nb',
  '\u007f',
]

const WRONG_TRACES: HeaderLines = [
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['traceparent', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
  ['traceparent', 'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-zz'],
  ['traceparent', '-'.repeat(55)],
  ['traceparent', ''],
  ['tracestate', 'a=b,'.repeat(2_000)],
  ['tracestate', '=,=,=\0'],
]

const WRONG_VALUES = [
  '',
  ' ',
  '-1',
  '0',
  '00',
  '1e3',
  '0x10',
  '1.5',
  ' 5 ',
  '٣',
  'NaN',
  'Infinity',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '99999999999999999999',
  '__proto__',
  'a\0b',
  'a b',
  'ü',
  '\ud83d\ude00',
  'x'.repeat(129),
  '2',
  '3',
  'fuzz-table-1 0-3',
  'fuzz-table-1',
]

/** The block of a NATS message's headers, as it travels. */
export function headerBlock(lines: HeaderLines, status = 'NATS/1.0'): Buffer {
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`${status}\r\n${text}\r\n`)
}

/** A block with something wrong in its lines or bytes; parts of it may be correct. */
export function wrongHeaderBlock(random: Random, right: HeaderLines): Buffer {
  const at = random.below(Math.max(1, right.length))
  const [name, value] = right[at] ?? ['Prism-Message-Id', 'x']
  const others = right.filter((_, index) => index !== at)
  switch (
    random.weighted({
      status: 2,
      name: 3,
      value: 4,
      missing: 3,
      trace: 2,
      repeated: 2,
      swapped: 2,
      case: 1,
      colon: 2,
      ending: 2,
      utf8: 2,
      huge: 1,
      many: 1,
      bytes: 6,
      noise: 2,
    })
  ) {
    case 'status':
      return headerBlock(random.oneIn(2) ? right : [], random.pick(STATUS_LINES))
    case 'name':
      return headerBlock([...others, [random.pick(WRONG_NAMES), value], [name, value]])
    case 'value':
      return headerBlock([...others, [name, random.pick(WRONG_VALUES)]])
    case 'trace':
      return headerBlock([...right, ...WRONG_TRACES.filter(() => random.oneIn(2))])
    case 'missing':
      return headerBlock(others)
    case 'repeated':
      return headerBlock([[name, random.pick(WRONG_VALUES)], ...right, [name, value]])
    case 'swapped':
      return headerBlock(right.map(([each], index) => [each, right.at(index - 1)?.[1] ?? '']))
    case 'case':
      return headerBlock([
        ...others,
        [random.oneIn(2) ? name.toLowerCase() : name.toUpperCase(), value],
      ])
    case 'colon':
      return Buffer.from(
        headerBlock(right)
          .toString()
          .replace(': ', random.pick(['', ' ', ':', '='])),
      )
    case 'ending':
      return Buffer.from(
        headerBlock(right)
          .toString()
          .replaceAll('\r\n', random.pick(['\n', '\r', '', '\r\n\r\n'])),
      )
    case 'utf8':
      return Buffer.concat([
        headerBlock(right).subarray(0, -4),
        Buffer.from([0xc3, 0x28, 0xa0, 0xff, 0xfe, 0xed, 0xa0, 0x80]),
        Buffer.from('\r\n\r\n'),
      ])
    case 'huge':
      return headerBlock([...right, ['Huge', 'x'.repeat(1 << (4 + random.below(13)))]])
    case 'many':
      return headerBlock([
        ...right,
        ...Array.from({ length: random.below(500) }, (_, n) => [`H-${n}`, 'v'] as const),
      ])
    case 'bytes':
      return mutated(random, headerBlock(right))
    case 'noise':
      return random.bytes(random.below(64))
  }
}
