import { logEntry, unusualEntry, wrongEntry } from './log-inputs.ts'
import type { Random } from './random.ts'
import {
  gatewayText,
  JUNK,
  keys,
  NAMES_OF_EACH,
  RIGHT_METADATA,
  type RedisInput,
  type RedisValue,
  UNUSUAL,
  UNUSUAL_METADATA,
  UNUSUAL_TIMES,
  VALID,
  WRONG_IDENTITIES,
  WRONG_METADATA,
  WRONG_TIMES,
} from './redis-values.ts'

/** The writes of one index. */
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

/** The hash, and mostly its member of the index. */
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
