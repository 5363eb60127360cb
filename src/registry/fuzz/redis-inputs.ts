import { keysOf } from '../redis/keys.ts'
import { mutated } from './mutations.ts'
import { FIXED, FORBIDDEN_SUBJECTS, NAMESPACE, subjects } from './names.ts'
import type { Random } from './random.ts'

type RedisValue = string | Buffer

/** Commands that one input sends to Redis, one after the other. */
export interface RedisInput {
  readonly kind: 'redis'
  readonly commands: readonly (readonly [name: string, ...values: RedisValue[]])[]
}

export const keys = keysOf(NAMESPACE)

/** What is written under these names is wrong by the rules of `record.ts`, so it must never be listed. */
export const JUNK = 'junk-'
/** Unusual rather than wrong, as a gateway of any text is: may be listed or not, and must do no harm. */
export const UNUSUAL = 'unusual-'

const VALID = FIXED.flatMap(({ identities }) => identities)
const RIGHT_METADATA = '{"junk":true}'
const NAMES_OF_EACH = 60

/** What one index writes. */
export function redisInput(random: Random): RedisInput {
  const commands = commandsFor(random)
  return { kind: 'redis', commands }
}

function commandsFor(random: Random): RedisInput['commands'] {
  switch (
    random.weighted({
      wrongHash: 160,
      unusualHash: 80,
      wrongName: 40,
      wrongType: 60,
      indexMember: 60,
      wrongEntry: 280,
      unusualEntry: 80,
      lostEntries: 1,
    })
  ) {
    case 'wrongHash':
      return hash(random, `${JUNK}${random.below(NAMES_OF_EACH)}`, wrongFields(random))
    case 'unusualHash':
      return hash(random, `${UNUSUAL}${random.below(NAMES_OF_EACH)}`, unusualFields(random))
    case 'wrongName': {
      const name = random.pick(WRONG_IDENTITIES)
      const fields = { id: name, metadata: RIGHT_METADATA, registered_at: '5', expires_at: '0' }
      return [
        ...hash(random, name, fields),
        logEntry('register', ['m', name, '0', '5', '', RIGHT_METADATA]),
      ]
    }
    case 'wrongType':
      return keyOfWrongType(random, keys.identity(`${JUNK}${random.below(NAMES_OF_EACH)}`))
    case 'indexMember':
      return [
        ['ZADD', keys.index, random.pick(['+inf', '-inf', '0', '5', '1e300']), indexMember(random)],
      ]
    case 'wrongEntry':
      return [wrongEntry(random)]
    case 'unusualEntry':
      return [unusualEntry(random)]
    case 'lostEntries':
      return [['XTRIM', keys.log, 'MAXLEN', String(random.below(40))]]
  }
}

const WRONG_TIMES = [
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
const UNUSUAL_TIMES = ['', ' 5', '0x10', '1e3', '-1', '-0', '٣', '007']
const WRONG_METADATA: readonly RedisValue[] = [
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
  // Deeper than any limit lets a registry write; what recurses through it overflows its stack.
  `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  `{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
]
const UNUSUAL_METADATA: readonly RedisValue[] = [
  '{"a":"\\ud800"}',
  '{"a":1e999}',
  '{"a":1,"a":2}',
  '{"__proto__":{"valid":true},"constructor":5}',
  `{"a":"${'x'.repeat(300_000)}"}`,
  Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc3, 0x28, 0xff, 0x22, 0x7d]),
]

/** No identity may be one of these, and as a subject's last words they would reach others or end the line. */
const WRONG_IDENTITIES = [
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
]

type Fields = Readonly<Record<string, RedisValue>>

function wrongFields(random: Random): Fields {
  const right = { metadata: RIGHT_METADATA, registered_at: '5', expires_at: '0' }
  switch (
    random.weighted({ id: 4, metadata: 4, registered: 2, expires: 2, missing: 3, noise: 2 })
  ) {
    case 'id':
      return { ...right, id: random.pick([...VALID, '', 'x', ...WRONG_IDENTITIES]) }
    case 'metadata':
      return { ...right, metadata: random.pick(WRONG_METADATA) }
    case 'registered':
      return { ...right, registered_at: random.pick(WRONG_TIMES) }
    case 'expires':
      return { ...right, expires_at: random.pick(WRONG_TIMES) }
    case 'missing': {
      const { [random.pick(['metadata', 'registered_at', 'expires_at'] as const)]: _, ...others } =
        right
      return others
    }
    case 'noise':
      return { metadata: random.bytes(1 + random.below(40)), expires_at: random.bytes(9) }
  }
}

function unusualFields(random: Random): Fields {
  const right = { metadata: RIGHT_METADATA, registered_at: '5', expires_at: '0' }
  switch (random.weighted({ gateway: 6, metadata: 1, times: 2, fields: 1 })) {
    case 'gateway':
      return { ...right, gateway: gatewayText(random) }
    case 'metadata':
      return { ...right, metadata: random.pick(UNUSUAL_METADATA) }
    case 'times':
      return {
        ...right,
        [random.pick(['registered_at', 'expires_at'])]: random.pick(UNUSUAL_TIMES),
      }
    case 'fields':
      return { ...right, valid: 'true', __proto__x: 'y', '': '' }
  }
}

function gatewayText(random: Random): RedisValue {
  if (random.oneIn(6)) return random.bytes(1 + random.below(30))
  return random.pick([
    ...FORBIDDEN_SUBJECTS.filter((subject) => !subjects.isGateway(subject)),
    'a\r\nPUB payments.execute 2\r\nhi\r\n',
    'g'.repeat(5_000),
    ' ',
    '$JS.API.STREAM.LIST',
  ])
}

/** The hash, and mostly what belongs to it: a member of the index. */
function hash(random: Random, name: string, fields: Fields): RedisInput['commands'] {
  const id = { id: name, ...fields }
  const flat = Object.entries(id).flatMap(([field, value]) => [field, value])
  const key = keys.identity(name)
  return [
    ['DEL', key],
    ['HSET', key, ...flat],
    ...(random.oneIn(4) ? [] : [['ZADD', keys.index, '+inf', name] as const]),
  ]
}

function keyOfWrongType(random: Random, key: string): RedisInput['commands'] {
  const value = random.bytes(random.below(20))
  const write = random.pick([
    ['SET', key, value],
    ['LPUSH', key, value],
    ['SADD', key, value],
    ['ZADD', key, '5', value],
    ['XADD', key, '*', 'register', value],
  ] as const)
  return [['DEL', key], write, ['ZADD', keys.index, '+inf', key.slice(keys.prefix.length)]]
}

function indexMember(random: Random): RedisValue {
  return random.pick<RedisValue>([
    random.bytes(1 + random.below(12)),
    `${JUNK}${random.below(NAMES_OF_EACH)}`,
    ...WRONG_IDENTITIES,
    '~index',
    '~log',
    '',
  ])
}

function logEntry(kind: RedisValue, lines: readonly string[]): RedisInput['commands'][number] {
  return ['XADD', keys.log, '*', kind, lines.join('\n')]
}

/** An entry that no registry writes; readers have to leave it out, also where it names what is registered. */
function wrongEntry(random: Random): RedisInput['commands'][number] {
  const junk = `${JUNK}${random.below(NAMES_OF_EACH)}`
  const id = random.oneIn(2) ? random.pick(VALID) : junk
  const mark = random.pick(['m', '', 'x'.repeat(50), `m${random.below(1_000)}`])
  const time = random.pick(WRONG_TIMES.filter((text) => !text.includes('\n')))
  switch (
    random.weighted({
      kind: 3,
      registerTime: 3,
      registerMetadata: 3,
      registerShort: 3,
      registerName: 2,
      heartbeat: 3,
      move: 2,
      clear: 3,
      fields: 2,
      noise: 3,
    })
  ) {
    case 'kind':
      return logEntry(
        random.pick<RedisValue>([
          'rename',
          '',
          'REGISTER',
          '__proto__',
          'toString',
          random.bytes(5),
        ]),
        [mark, id, '0', '5', '', RIGHT_METADATA],
      )
    case 'registerTime':
      return random.oneIn(2)
        ? logEntry('register', [mark, id, time, '5', '', RIGHT_METADATA])
        : logEntry('register', [mark, id, '0', time, '', RIGHT_METADATA])
    case 'registerMetadata':
      return logEntry('register', [mark, id, '0', '5', '', String(random.pick(WRONG_METADATA))])
    case 'registerShort':
      return logEntry('register', [mark, id, '0', '5', ''].slice(0, random.below(6)))
    case 'registerName':
      return logEntry('register', [
        mark,
        random.pick(WRONG_IDENTITIES.filter((name) => !/[\r\n]/.test(name))),
        '0',
        '5',
        '',
        RIGHT_METADATA,
      ])
    case 'heartbeat':
      return logEntry('heartbeat', random.oneIn(3) ? [mark, id] : [mark, id, time])
    case 'move':
      return logEntry('move', [mark, id, '', ''].slice(0, 2 + random.below(3)))
    case 'clear':
      return logEntry('clear', [
        mark,
        random.pick(['', 'x', '{}', '5', '[', '[5]', '[null]', `"${id}"`]),
      ])
    case 'fields':
      return ['XADD', keys.log, '*', 'register', mark, 'unregister', `${mark}\n${id}`]
    case 'noise':
      return ['XADD', keys.log, '*', 'register', mutated(random, random.bytes(30))]
  }
}

/** An entry in the right form about an identity that was not registered, or is registered unusually. */
function unusualEntry(random: Random): RedisInput['commands'][number] {
  const id = `${UNUSUAL}${random.below(NAMES_OF_EACH)}`
  switch (random.weighted({ register: 4, heartbeat: 1, move: 2, unregister: 2, clear: 1 })) {
    case 'register': {
      const gateway = String(gatewayText(random)).replaceAll('\n', '')
      return logEntry('register', ['m', id, '0', '5', gateway, RIGHT_METADATA])
    }
    case 'heartbeat':
      return logEntry('heartbeat', ['m', id, random.pick(['0', '5', '4102444800000'])])
    case 'move':
      return logEntry('move', ['m', id, '', '', String(gatewayText(random)).replaceAll('\n', '')])
    case 'unregister':
      return logEntry('unregister', ['m', random.pick([id, '', '>', 'a b', '__proto__'])])
    case 'clear':
      return logEntry('clear', ['m', JSON.stringify([id, `${UNUSUAL}1`])])
  }
}
