import { randomBytes, randomUUID } from 'node:crypto'
import type { NatsConnection } from '@nats-io/transport-node'
import { InputError } from '../../input-error.ts'
import { nowMs } from '../../load/clock.ts'
import { RegistryError } from '../../registry/errors.ts'
import type { ServerAddresses } from '../../registry/nats/server-address.ts'
import { tlsFailure } from '../../registry/tls-failure.ts'
import { Barrier, type BarrierEnd, type Party } from './barrier.ts'
import { readBarrierMessage, type BarrierMessage } from './barrier-message.ts'
import { barrierSubject } from './barrier-subject.ts'

/** Where parties meet. */
export interface BarrierPlace {
  readonly natsUrls: readonly string[]
  /** Of the run. */
  readonly name: string
  /** Each load of a run has a barrier of its own. */
  readonly round: string
}

/** The common start. */
export type CommonStart = Omit<Extract<BarrierEnd, { kind: 'start' }>, 'kind'>

const TICK_MS = 50
const CONNECT_WITHIN_MS = 10_000

/**
 * Waits until all shards are ready, over NATS.
 * @returns when to start, by `nowMs()`; `null` if `signal` was aborted first.
 * @throws InputError if NATS is unreachable, or the shards can't start together: all of them get the same reason.
 */
export async function joinBarrier(
  { natsUrls, name, round }: BarrierPlace,
  party: Omit<Party, 'instance'>,
  signal?: AbortSignal,
): Promise<CommonStart | null> {
  const nats = await connected(natsUrls)
  const subject = barrierSubject(name, round)
  const barrier = new Barrier({ ...party, instance: randomUUID() }, nowMs(), newId)
  const ended = Promise.withResolvers<void>()
  let ignored = 0
  const publish = (messages: readonly BarrierMessage[]): void => {
    if (nats.isClosed()) return
    for (const message of messages) nats.publish(subject, JSON.stringify(message))
  }
  const proceed = (): void => {
    publish(barrier.tick(nowMs()))
    if (barrier.end !== null || signal?.aborted === true) ended.resolve()
  }
  nats.subscribe(subject, {
    callback: (error, { data }) => {
      const message = error === null ? readBarrierMessage(data) : null
      if (message === null) ignored++
      else barrier.receive(message, nowMs())
      proceed()
    },
  })
  const ticks = setInterval(proceed, TICK_MS)
  try {
    proceed()
    await ended.promise
  } finally {
    clearInterval(ticks)
    await nats.drain().catch(() => {})
  }
  const { end } = barrier
  if (end === null) return null
  if (end.kind === 'start') return end
  const also = ignored === 0 ? '' : ` (${ignored} messages that are not of a barrier were ignored.)`
  throw new InputError(`${end.reason}${also}`)
}

/**
 * A connection for the messages of a barrier.
 * @throws InputError if NATS is unreachable.
 */
export async function connected(natsUrls: readonly string[]): Promise<NatsConnection> {
  const { hosts, credentials } = await addressesOf(natsUrls)
  // Imported by shards alone: loads of other systems need no client of NATS.
  const { connect } = await import('@nats-io/transport-node')
  try {
    return await connect({
      servers: [...hosts],
      ...credentials,
      name: 'prism-loadtest barrier',
      timeout: CONNECT_WITHIN_MS,
      maxReconnectAttempts: -1,
    })
  } catch (error) {
    const reason =
      tlsFailure('nats', error) ?? (error instanceof Error ? error.message : String(error))
    throw new InputError(
      `The shards start together by messages over NATS, and ${hosts.join(', ')} can't be reached: ${reason}. Check NATS_URL, or set --start-at.`,
    )
  }
}

/** @throws InputError if a file that the addresses refer to is of no use. */
async function addressesOf(natsUrls: readonly string[]): Promise<ServerAddresses> {
  const { parseServerAddresses } = await import('../../registry/nats/server-address.ts')
  try {
    return parseServerAddresses(natsUrls)
  } catch (error) {
    if (error instanceof RegistryError) throw new InputError(error.message)
    throw error
  }
}

/** Short, because it becomes a part of namespaces. */
function newId(): string {
  return randomBytes(8).toString('hex')
}
