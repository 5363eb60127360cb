import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { hostAndPort } from '../environment/addresses.ts'
import { EnvironmentError } from '../environment/environment-error.ts'
import { RegistryError } from '../registry/errors.ts'
import { ALL_IDENTITIES } from '../registry/identity-pattern.ts'
import { connectNatsMessenger } from '../registry/nats/nats-messenger.ts'
import { findSubscribers } from './find-subscribers.ts'
import { Reception, type ReceptionFigures } from './reception.ts'
import { typedCommand } from '../typed-command.ts'

/** Whose messages to receive, and from where. */
export interface Receiving {
  /** `nats://[user:password@]host:port` each. */
  readonly natsUrls: readonly string[]
  readonly namespace: string
  /** Identities; `*` stands for any characters. */
  readonly pattern: string
}

/** What happens while receiving. Times are in ms since the first. */
export type ReceivingEvent =
  /** From here on everything that is sent is received. */
  | ({
      readonly kind: 'ready'
      readonly gateway: string
      readonly servers: readonly string[]
    } & Omit<Receiving, 'natsUrls'>)
  | ({
      readonly kind: 'interval'
      readonly elapsedMs: number
      /** In this interval alone; everything else is since the beginning. */
      readonly receiptsPerSecond: number
    } & ReceptionFigures)
  /** The connection to NATS was lost, or is back; in between nothing is received. */
  | { readonly kind: 'lost' | 'back'; readonly elapsedMs: number }
  | ({ readonly kind: 'summary'; readonly elapsedMs: number } & ReceptionFigures)

/**
 * Receives the messages of every identity of a namespace that matches a pattern, until `signal` is
 * aborted, and tells what it received. Lost connections are made anew. Several processes with one
 * namespace and pattern share the messages: each gets a part.
 * @param options.intervalMs how often to tell, > 0.
 * @throws EnvironmentError if NATS can't be reached or refuses; only before `ready`.
 */
export async function receive(
  receiving: Receiving,
  options: {
    readonly intervalMs: number
    readonly signal: AbortSignal
    readonly onEvent: (event: ReceivingEvent) => void
  },
): Promise<void> {
  const { natsUrls, namespace, pattern } = receiving
  const { intervalMs, signal, onEvent } = options
  const reception = new Reception()
  let startedAt = performance.now()
  const elapsedMs = (): number => performance.now() - startedAt
  const messenger = await forUser(() =>
    connectNatsMessenger({
      servers: natsUrls,
      namespace,
      gatewayName: gatewayNameOf(pattern),
      onUpChange: (up) => onEvent({ kind: up ? 'back' : 'lost', elapsedMs: elapsedMs() }),
    }),
  )
  try {
    await forUser(() =>
      messenger.subscribeMatching(pattern, (message) => reception.receive(message)),
    )
    startedAt = performance.now()
    const servers = natsUrls.map(hostAndPort)
    onEvent({ kind: 'ready', gateway: messenger.gateway, servers, namespace, pattern })
    let told = { receipts: reception.figures.receipts, atMs: 0 }
    const timer = setInterval(() => {
      const { figures } = reception
      const now = elapsedMs()
      const seconds = (now - told.atMs) / 1_000
      const receiptsPerSecond = (figures.receipts - told.receipts) / seconds
      told = { receipts: figures.receipts, atMs: now }
      onEvent({ kind: 'interval', elapsedMs: now, receiptsPerSecond, ...figures })
    }, intervalMs)
    if (!signal.aborted) await once(signal, 'abort')
    clearInterval(timer)
  } finally {
    await messenger.close()
  }
  onEvent({ kind: 'summary', elapsedMs: elapsedMs(), ...reception.figures })
}

/**
 * How many processes receive for a namespace, with this pattern, or any if it is `null`.
 * @throws EnvironmentError if none does, or NATS can't be reached.
 */
export async function checkReceiving(
  receiving: Omit<Receiving, 'pattern'> & { readonly pattern: string | null },
): Promise<number> {
  const { natsUrls, namespace, pattern } = receiving
  const found = await forUser(() => findSubscribers(natsUrls, namespace))
  const processes = found
    .filter((each) => pattern === null || each.pattern === pattern)
    .reduce((sum, each) => sum + each.processes, 0)
  if (processes > 0) return processes
  const what = pattern === null ? '' : ` with the pattern "${pattern}"`
  throw new EnvironmentError(
    `Nobody receives for the namespace "${namespace}"${what} at ${natsUrls.map(hostAndPort).join(', ')}. Start ${typedCommand('subscribe')} there.`,
  )
}

/** The same for every process with this pattern, now and after a restart. */
function gatewayNameOf(pattern: string): string {
  if (pattern === ALL_IDENTITIES) return 'subscribe-all'
  return `subscribe-${createHash('sha256').update(pattern).digest('hex').slice(0, 12)}`
}

async function forUser<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === 'UNAVAILABLE')) throw error
    throw new EnvironmentError(
      `${error.message} Start nats-server there, or give other addresses with --nats-servers.`,
      { cause: error },
    )
  }
}
