import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished } from 'vitest'
import {
  type ProgramOptions,
  type ServerProgram,
  startNatsProgram,
} from '../../../environment/programs.ts'
import type { DeliveryStatus, Messenger, SendOptions } from '../../messenger.ts'
import { NameTables } from '../../targets/name-tables.ts'
import { Warnings } from '../../warnings.ts'
import { connectNatsMessenger } from '../nats-messenger.ts'

export const namespace = 'test'
/** Options with a timeout that even a busy machine doesn't reach. */
const AT_MOST_ONCE: SendOptions = { delivery: 'at-most-once', timeoutMs: 30_000, receipts: true }

export async function startServer(options: ProgramOptions = {}): Promise<ServerProgram> {
  const server = await startNatsProgram(options)
  onTestFinished(() => server.stop())
  return server
}

/** @param gatewayName default: a unique name. */
export async function connectTo(url: string, gatewayName?: string): Promise<Messenger> {
  const messenger = await connectNatsMessenger({
    servers: [url],
    namespace,
    warnings: new Warnings(() => {}),
    ...(gatewayName === undefined ? {} : { gatewayName }),
  })
  onTestFinished(() => messenger.close())
  return messenger
}

/** Listens to a gateway's messages: returns their wire formats since the last call. */
export async function hearGateway(url: string, gateway: string): Promise<() => Promise<string>> {
  const nats = await connect({ servers: [url] })
  onTestFinished(() => nats.close())
  let formats: string[] = []
  nats.subscribe(gateway, {
    callback: (_, message) => void formats.push(message.headers?.get('Prism-Wire') ?? ''),
  })
  await nats.flush()
  return async () => {
    await nats.flush()
    const heard = formats.join('')
    formats = []
    return heard
  }
}

export function messageOf(bytes = 1) {
  return { id: crypto.randomUUID(), payload: new Uint8Array(bytes) }
}

export function identitiesOf(count: number, stem = 'id'): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${stem}-${at}`)
}

export function tablesOf(identities: readonly string[], gateway: string | null): NameTables {
  const tables = new NameTables()
  for (const identity of identities) tables.put(identity, gateway)
  return tables
}

/** Counts the messages of each identity. */
export class Counts {
  #byIdentity = new Map<string, number>()

  readonly handler = ({ identity }: { readonly identity: string }): void => {
    this.#byIdentity.set(identity, (this.#byIdentity.get(identity) ?? 0) + 1)
  }

  /** The number of identities by messages received since the last call: `{ messages: identities }`. */
  take(): Readonly<Record<number, number>> {
    const counts: Record<number, number> = {}
    for (const messages of this.#byIdentity.values()) counts[messages] = (counts[messages] ?? 0) + 1
    this.#byIdentity = new Map()
    return counts
  }
}

/** Sends to all targets, by default at most once; returns the counts that are not 0. */
export async function send(
  sender: Messenger,
  tables: NameTables,
  options: Partial<SendOptions> = {},
  message = messageOf(),
): Promise<Readonly<Partial<Record<DeliveryStatus, number>>>> {
  const report = await sender.send(message, tables.all(), { ...AT_MOST_ONCE, ...options })
  return Object.fromEntries(Object.entries(report.counts).filter(([, count]) => count > 0))
}

/** A server, a host that holds the names of its `count` identities, and their sender. */
export async function startHeld(count: number) {
  const { url } = await startServer()
  const counts = new Counts()
  const host = await connectTo(url, 'host')
  const identities = identitiesOf(count)
  await host.subscribe(identities, counts.handler)
  const sender = await connectTo(url)
  const tables = tablesOf(identities, host.gateway)
  const heard = await hearGateway(url, host.gateway)
  expect(await send(sender, tables)).toEqual({ DELIVERED: count })
  expect(await heard()).toMatch(/^2+$/)
  expect(await send(sender, tables)).toEqual({ DELIVERED: count })
  expect(await heard()).toBe('3')
  expect(counts.take()).toEqual({ 2: count })
  /** Restarts the host under its name. */
  const restart = async (): Promise<Messenger> => {
    await host.close()
    const next = await connectTo(url, 'host')
    await next.subscribe(identities, counts.handler)
    return next
  }
  return { url, host, sender, tables, identities, counts, heard, restart }
}
