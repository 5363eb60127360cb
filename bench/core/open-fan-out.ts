import { bareNats } from '../../src/environment/bare-clients.ts'
import { HOUR_MS, registerAll } from './measuring/core-test.ts'
import { nowMs } from '../../src/load/clock.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from '../../src/registry/nats/subjects.ts'
import { stampPayload } from '../../src/subscribers/stamp.ts'
import { startSubscribers } from '../../src/subscribers/start-subscribers.ts'
import type { Testbed } from '../../src/workloads/testbed.ts'
import { loadTestIdentity, loadTestMetadata } from '../../src/workloads/register.ts'

/** Multicasts to all targets, the floor of their cost, and the receiving processes. */
export interface FanOut {
  /** Multicasts to all targets. Rejects if a receipt is missing. */
  readonly multicast: () => Promise<void>
  /** The floor: the same payload by a bare request-reply to each gateway, all at once. */
  readonly requestReply: () => Promise<unknown>
  /** Replaces a target by another identity. */
  readonly change: () => Promise<void>
  readonly receiverPids: readonly number[]
  readonly close: () => Promise<void>
}

/** Hosted but unregistered identities that replace others. */
const SPARE = 1_000

/** Hosts and registers targets, each gateway in a process of its own. */
export async function openFanOut(
  natsUrls: readonly string[],
  { registry, namespace }: Testbed,
  { targets, gateways }: { readonly targets: number; readonly gateways: number },
): Promise<FanOut> {
  const hosts = await Promise.all(
    Array.from({ length: gateways }, () => startSubscribers(natsUrls, namespace)),
  )
  const all = targets + SPARE
  const subjects = new Subjects(DEFAULT_SUBJECT_PREFIX, namespace)
  const identities = Array.from({ length: all }, (_, n) => loadTestIdentity(n))
  for (const [at, host] of hosts.entries()) {
    await host.host([...identities.filter((_, n) => n % gateways === at), `alone-${at}`])
  }
  const registrationOf = (n: number) => ({
    identity: loadTestIdentity(n),
    metadata: loadTestMetadata(n),
    gateway: hosts[n % gateways]?.gateway ?? '',
  })
  await registerAll(registry, targets, registrationOf)
  const nats = await bareNats(natsUrls)
  const alone = hosts.map((_, at) => subjects.identity(`alone-${at}`))
  // The first gateway counts receipts, as in a load, which has only one.
  const payloadOf = (number: number) =>
    stampPayload(
      { loadId: hosts[0]?.loadId ?? 0, number, intendedAtMs: nowMs(), isWarmUp: false },
      Buffer.from('load test'),
    )
  let [messages, changes] = [0, 0]
  return {
    multicast: async () => {
      const { deliveredCount } = await registry.multicast({}, payloadOf(messages++))
      if (deliveredCount !== targets) throw new Error(`Only ${deliveredCount} were delivered.`)
    },
    requestReply: () => {
      const payload = payloadOf(messages++)
      return Promise.all(alone.map((subject) => nats.request(subject, payload)))
    },
    change: async () => {
      const { identity, metadata, gateway } = registrationOf((targets + changes) % all)
      await registry.unregister(loadTestIdentity(changes % all))
      await registry.register(identity, metadata, { ttlMs: HOUR_MS, gateway })
      changes += 1
    },
    receiverPids: hosts.map(({ pid }) => pid),
    close: async () => {
      await Promise.all([nats.close(), ...hosts.map((host) => host.close())])
    },
  }
}
