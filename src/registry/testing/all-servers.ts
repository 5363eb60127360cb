import { setTimeout as delay } from 'node:timers/promises'
import { connect, type NatsConnection, RequestError } from '@nats-io/transport-node'
import type { ServerProgram } from '../../environment/programs.ts'
import type { Messenger, Subscription } from '../messenger.ts'

/**
 * Lets a messenger's subscriptions and unsubscriptions take until all servers of a cluster know of them. By itself, a
 * messenger waits for its own server only, and the others learn of it within a network round trip.
 */
export async function waitForAllServers(
  messenger: Messenger,
  servers: readonly ServerProgram[],
): Promise<Messenger> {
  const subscribe = messenger.subscribe.bind(messenger)
  const subscribeMatching = messenger.subscribeMatching.bind(messenger)
  const known = async (opening: Promise<Subscription>): Promise<Subscription> => {
    const subscription = await opening
    await routesAreRead(servers)
    return {
      unsubscribe: async () => {
        await subscription.unsubscribe()
        await routesAreRead(servers)
      },
    }
  }
  messenger.subscribe = (identities, handler) => known(subscribe(identities, handler))
  messenger.subscribeMatching = (pattern, handler) => known(subscribeMatching(pattern, handler))
  await routesAreRead(servers)
  return messenger
}

let running: Promise<void> = Promise.resolve()
let next: Promise<void> | undefined

/** Thousands of subscriptions at once share one round, which begins after the last of them was made. */
function routesAreRead(servers: readonly ServerProgram[]): Promise<void> {
  next ??= running
    .catch(() => {})
    .then(() => {
      next = undefined
      running = askRoutes(servers)
      return running
    })
  return next
}

/**
 * Resolves once each server has read what every other one has sent it. The link between two servers keeps the order, so a
 * message that arrives from another server proves that everything before it did.
 */
async function askRoutes(servers: readonly ServerProgram[]): Promise<void> {
  const clients = await Promise.all(servers.map((server) => clientOf(server)))
  await Promise.all(
    clients.flatMap((from) =>
      clients.map((to) => from.request(to.subject, '', { timeout: 10_000 })),
    ),
  )
}

interface Canary {
  readonly subject: string
  readonly request: NatsConnection['request']
  readonly close: () => Promise<void>
}

const canaries = new Map<ServerProgram, Promise<Canary>>()

function clientOf(server: ServerProgram): Promise<Canary> {
  const known = canaries.get(server) ?? openCanary(server)
  canaries.set(server, known)
  return known
}

async function openCanary(server: ServerProgram): Promise<Canary> {
  const nats = await connect({ servers: hostOf(server), ignoreClusterUpdates: true })
  const subject = `canary.${server.port}`
  nats.subscribe(subject, { callback: (_, message) => void message.respond() })
  await nats.flush()
  return {
    subject,
    close: () => nats.close(),
    request: async (to, data, options) => {
      for (;;) {
        try {
          return await nats.request(to, data, options)
        } catch (error) {
          // The other canary has only just subscribed.
          if (!(error instanceof RequestError && error.isNoResponders())) throw error
          await delay(5)
        }
      }
    },
  }
}

/** Ends the clients that `waitForAllServers` opened. */
export async function closeCanaries(): Promise<void> {
  await Promise.all([...canaries.values()].map(async (canary) => (await canary).close()))
  canaries.clear()
}

/** `host:port` */
export function hostOf({ port }: ServerProgram): string {
  return `127.0.0.1:${port}`
}
