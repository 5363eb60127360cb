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

/** Servers, namespace and identities to subscribe to. */
export interface Receiving {
  /** `nats://[user:password@]host:port` each. */
  readonly natsUrls: readonly string[]
  readonly namespace: string
  /** Identities; `*` matches any characters. */
  readonly pattern: string
}

/** An event of a subscription. Times are in ms since `ready`. */
export type ReceivingEvent =
  /** Every message sent from now on is received. */
  | ({
      readonly kind: 'ready'
      readonly gateway: string
      readonly servers: readonly string[]
    } & Omit<Receiving, 'natsUrls'>)
  | ({
      readonly kind: 'interval'
      readonly elapsedMs: number
      /** In this interval only; all other figures count from the start. */
      readonly receiptsPerSecond: number
    } & ReceptionFigures)
  /** The connection to NATS was lost or restored; nothing is received in between. */
  | { readonly kind: 'lost' | 'back'; readonly elapsedMs: number }
  | ({ readonly kind: 'summary'; readonly elapsedMs: number } & ReceptionFigures)

/**
 * Receives the messages of all matching identities of a namespace until `signal` aborts, and reports
 * them. Reconnects automatically. Processes with the same namespace and pattern split the messages among them.
 * @param options.intervalMs time between reports, > 0.
 * @throws EnvironmentError before `ready`, if NATS is unreachable or refuses the connection.
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
 * Counts the processes subscribed to a namespace with a pattern, or with any pattern if it is `null`.
 * @throws EnvironmentError if there is no subscriber or NATS is unreachable.
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
    `No subscribers for the namespace "${namespace}"${what} at ${natsUrls.map(hostAndPort).join(', ')}. Start ${typedCommand('subscribe')} there.`,
  )
}

/** One name per pattern, so that all its processes share it, also after a restart. */
function gatewayNameOf(pattern: string): string {
  if (pattern === ALL_IDENTITIES) return 'subscribe-all'
  return `subscribe-${createHash('sha256').update(pattern).digest('hex').slice(0, 12)}`
}

async function forUser<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    // An address refers to a file of no use.
    if (error.code === 'INVALID_ARGUMENT') throw new EnvironmentError(error.message)
    if (error.code !== 'UNAVAILABLE') throw error
    // The server is there.
    if (/certificate|TLS|credentials/.test(error.message)) throw new EnvironmentError(error.message)
    throw new EnvironmentError(
      `${error.message} Start nats-server there, or give other addresses with --nats-servers.`,
      { cause: error },
    )
  }
}
