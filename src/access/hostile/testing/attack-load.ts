import type { Operation } from '../../../load/workload.ts'
import { RegistryError } from '../../../registry/errors.ts'
import type { MulticastRegistry } from '../../../registry/registry.ts'
import { passwordOf } from '../../testing/tenant-users.ts'
import { NATS_ATTACKS, type NatsAttack } from './nats-attacks.ts'
import { openRawNats } from './raw-nats.ts'
import { sendRaw } from './raw-redis.ts'
import { ATTACKER, REDIS_ATTACKS, type RedisAttack } from './redis-attacks.ts'

/**
 * Each request is an attack by the tenant `ATTACKER`, on a connection of its own; it succeeds if what comes back is what must come back.
 * @param weight the attacks' weight in the load.
 */
export function attacks(
  {
    redis,
    nats,
  }: { readonly redis: { readonly port: number }; readonly nats: { readonly port: number } },
  weight: number,
): Operation {
  const all = [
    ...REDIS_ATTACKS.map((attack) => () => attackRedis(redis.port, attack)),
    ...NATS_ATTACKS.map((attack) => () => attackNats(nats.port, attack)),
  ]
  return { weight, run: async ({ number }) => all[number % all.length]?.() }
}

/**
 * Each request registers an identity, whatever the quotas are; it succeeds if it is admitted or told to wait.
 * @param weight the requests' weight in the load.
 */
export function beyondQuota(registry: MulticastRegistry, weight: number): Operation {
  return {
    weight,
    run: async ({ number }) => {
      try {
        await registry.register(`greedy-${number % 1_000}`, {}, { replace: true, ttlMs: 60_000 })
      } catch (error) {
        if (!(error instanceof RegistryError && error.code === 'RATE_LIMITED')) throw error
      }
    },
  }
}

async function attackRedis(port: number, { name, commands, replies }: RedisAttack): Promise<void> {
  const login = ['AUTH', ATTACKER, passwordOf({ name: ATTACKER })]
  const said = await sendRaw(port, [login, ...commands])
  const lines = said.split('\r\n').map((line) => line.replace(/^-/, ''))
  // A text that is no error is quoted there; lists come as lines of their elements.
  const isDenied =
    lines.some((line) => replies.test(line) || replies.test(JSON.stringify(line))) ||
    replies.source.startsWith('^\\[')
  if (!isDenied) throw new Error(`not denied: ${name}`)
}

async function attackNats(port: number, { name, frames, says, as }: NatsAttack): Promise<void> {
  const login = as ?? { user: ATTACKER }
  const password = 'user' in login ? { pass: passwordOf({ name: ATTACKER }) } : {}
  const attacker = await openRawNats(port, { ...password, ...login })
  try {
    attacker.send(frames)
    if (!says.test(await attacker.said())) throw new Error(`not denied: ${name}`)
  } finally {
    attacker.close()
  }
}
