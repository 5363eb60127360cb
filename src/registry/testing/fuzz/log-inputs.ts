import { mutated } from './mutations.ts'
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
  VALID,
  WRONG_IDENTITIES,
  WRONG_METADATA,
  WRONG_TIMES,
} from './redis-values.ts'

/** A change as the log has it. */
export function logEntry(
  kind: RedisValue,
  lines: readonly string[],
): RedisInput['commands'][number] {
  return ['XADD', keys.log, '*', kind, lines.join('\n')]
}

/** An entry that no registry writes; readers must ignore it, even if it names a registered identity. */
export function wrongEntry(random: Random): RedisInput['commands'][number] {
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
export function unusualEntry(random: Random): RedisInput['commands'][number] {
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
