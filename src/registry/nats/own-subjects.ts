import type { Msg } from '@nats-io/transport-node'
import type { HostedSubscribers, SubscribedHandler } from '../hosted-subscribers.ts'
import { type IdentityPattern, parseIdentityPattern } from '../identity-pattern.ts'
import type { MessageHandler, Subscription } from '../messenger.ts'
import { settledWithin } from '../waiting.ts'
import type { BrokerSubscription, BrokerSubscriptions } from './broker-subscriptions.ts'
import type { Connection } from './connection.ts'
import type { ConnectionPool } from './connections.ts'
import type { Hosting } from './hosting.ts'
import { answerPatternHost } from './pattern-hosts.ts'
import { Reply } from './reply.ts'
import type { Subjects } from './subjects.ts'
import type { Warnings } from '../warnings.ts'

/** The broker subscriptions for one hosted identity or pattern. */
interface Interest {
  readonly subscriptions: readonly BrokerSubscription[]
  /** `true` from the broker's confirmation until it is ended. */
  live: boolean
}

/** The parts of a messenger that its subjects need. */
export interface OwnSubjectsOptions {
  readonly pool: ConnectionPool
  readonly broker: BrokerSubscriptions
  readonly subscribers: HostedSubscribers
  readonly hosting: Hosting
  readonly warnings: Warnings
  readonly subjects: Subjects
  readonly gateway: string
  /** How long ending a subscription may wait for the broker, in ms. */
  readonly confirmTimeoutMs: number
}

/**
 * The subjects that a messenger listens to besides its gateway's: those of hosted identities, and those
 * covered by its patterns. If both receive a message, one of them answers it.
 */
export class OwnSubjects {
  readonly #options: OwnSubjectsOptions
  readonly #identities = new Map<string, Interest>()
  readonly #patterns = new Map<string, Interest>()

  constructor(options: OwnSubjectsOptions) {
    this.#options = options
  }

  /** Subscribes to the subject of each identity, with one handler for all. */
  async subscribe(
    identities: string | readonly string[],
    handler: MessageHandler,
  ): Promise<Subscription> {
    const list = typeof identities === 'string' ? [identities] : identities
    const subscribed = { handler }
    const opened = await Promise.allSettled(
      list.map((identity, index) => this.#subscribeOne(identity, subscribed, index)),
    )
    const subscriptions = opened.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    const unsubscribe = async (): Promise<void> => {
      await Promise.all(subscriptions.map((each) => each.unsubscribe()))
    }
    const failed = opened.find((each) => each.status === 'rejected')
    if (failed === undefined) return { unsubscribe }
    await unsubscribe()
    throw failed.reason
  }

  #subscribeOne(
    identity: string,
    subscribed: SubscribedHandler,
    index: number,
  ): Promise<Subscription> {
    const { broker, subscribers, hosting, subjects } = this.#options
    const open = (): Interest => {
      const connection = this.#connectionOf(identity)
      const accept = (message: Msg): void => {
        // Before it is confirmed and after it is ended, a matching pattern answers instead.
        if (!interest.live && subscribers.hasMatching(identity)) return
        hosting.acceptForIdentity(identity, message, connection)
      }
      const subscription = broker.open(connection, subjects.identity(identity), accept)
      const interest: Interest = { subscriptions: [subscription], live: false }
      return interest
    }
    subscribers.add(identity, subscribed, index)
    const remove = (): boolean => subscribers.remove(identity, subscribed)
    return this.#receive(this.#identities, identity, remove, open)
  }

  subscribeMatching(text: string, handler: MessageHandler): Promise<Subscription> {
    const { pool, broker, subscribers, subjects, gateway, warnings } = this.#options
    const pattern = parseIdentityPattern(text)
    const open = (): Interest => {
      const subject = subjects.pattern(text)
      // A queue group: one of the connections and processes behind a gateway gets each message.
      const subscriptions = pool.connections.map((connection) => {
        const accept = (message: Msg): void => this.#acceptByPattern(pattern, message, connection)
        return broker.open(connection, subject, accept, { queue: gateway })
      })
      const asked = pool.connections.slice(0, 1).map((connection) => {
        const answer = (question: Msg): void =>
          answerPatternHost(new Reply(connection, question, warnings), { gateway, pattern: text })
        return broker.open(connection, subjects.patternHosts(), answer)
      })
      return { subscriptions: [...subscriptions, ...asked], live: false }
    }
    return this.#receive(this.#patterns, text, subscribers.addMatching(pattern, handler), open)
  }

  /** Ends all subscriptions; each promise resolves once messages in flight are answered. */
  drain(): readonly Promise<void>[] {
    return [...this.#identities.values(), ...this.#patterns.values()].flatMap(drainOf)
  }

  async #receive(
    interests: Map<string, Interest>,
    key: string,
    remove: () => boolean,
    open: () => Interest,
  ): Promise<Subscription> {
    const interest = interests.get(key) ?? open()
    interests.set(key, interest)
    const unsubscribe = async (): Promise<void> => {
      if (!remove()) return
      interest.live = false
      interests.delete(key)
      // Draining answers messages in flight: they are refused at once instead of never.
      await settledWithin(drainOf(interest), this.#options.confirmTimeoutMs)
    }
    try {
      await Promise.all(interest.subscriptions.map(({ confirmed }) => confirmed))
    } catch (error) {
      await unsubscribe()
      throw error
    }
    if (interests.get(key) === interest) interest.live = true
    return { unsubscribe }
  }

  /** Accepts messages to identities that match; others under the subject belong to other hosts. */
  #acceptByPattern(pattern: IdentityPattern, message: Msg, connection: Connection): void {
    const { subscribers, hosting, subjects } = this.#options
    const identity = subjects.identityOf(message.subject)
    if (identity === null) return
    if (this.#identities.get(identity)?.live) return
    if (!pattern.matches(identity) && !subscribers.hasMatching(identity)) return
    hosting.acceptForIdentity(identity, message, connection)
  }

  /** The connection for an identity, always the same, so resubscribing overtakes nothing. */
  #connectionOf(identity: string): Connection {
    const { connections } = this.#options.pool
    let hash = 0
    for (let index = 0; index < identity.length; index += 1) {
      hash = (Math.imul(hash, 31) + identity.charCodeAt(index)) >>> 0
    }
    const connection = connections[hash % connections.length]
    if (connection === undefined) throw this.#options.pool.unavailable()
    return connection
  }
}

function drainOf({ subscriptions }: Interest): readonly Promise<void>[] {
  return subscriptions.map((each) => each.drain())
}
