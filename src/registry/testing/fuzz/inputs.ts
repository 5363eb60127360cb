import { type NatsInput, natsInput } from './nats-inputs.ts'
import { Random } from './random.ts'
import { redisInput } from './redis-inputs.ts'
import type { RedisInput } from './redis-values.ts'

export type Input = NatsInput | RedisInput

/** The input of an index, the same each time. */
export function inputAt(seed: number, index: number): Input {
  const random = new Random(seed, index)
  return random.oneIn(4) ? redisInput(random) : natsInput(random, index)
}

/** A readable form of an input; bytes as Latin-1 with escapes. */
export function describeInput(input: Input): string {
  if (input.kind === 'redis') {
    return input.commands
      .map((command) => command.map((value) => quoted(value)).join(' '))
      .join('\n')
  }
  const { target, word, reply, headers, body, headerLengthLie, replays } = input
  return [
    `to ${target} ${word}, reply ${reply ?? 'none'}`,
    `headers ${headers === null ? 'none' : quoted(headers)}${headerLengthLie === 0 ? '' : ` announced with ${headerLengthLie} bytes more`}`,
    replays === null
      ? `body ${quoted(body)}`
      : `body: the receipt seen ${replays} before the last one`,
  ].join('\n')
}

function quoted(value: string | Buffer): string {
  const text = typeof value === 'string' ? value : value.toString('latin1')
  const short = text.length > 600 ? `${text.slice(0, 600)}… (${text.length} bytes)` : text
  return JSON.stringify(short)
}
