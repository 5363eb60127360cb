import { checkRetention, newRetention, type Retention } from '../durability-options.ts'
import { GATEWAY_NAME } from '../gateway-name.ts'
import type { HostedSubscribers } from '../hosted-subscribers.ts'
import { validateNamespace } from '../identity.ts'
import type { DeliveryTarget } from '../messenger.ts'
import { HandledMessages } from './handled-messages.ts'
import { Mailbox } from './mailbox.ts'

/**
 * What connects the messengers of one namespace within a process: who hosts what. Messengers of
 * different brokers don't reach each other.
 */
export class MemoryBroker {
  readonly #gatewayPrefix: string
  readonly #durablePrefix: string
  /** Those who share the messages of each gateway. */
  readonly #gateways = new Map<string, readonly HostedSubscribers[]>()
  #turn = 0
  readonly #mailboxes = new Map<string, Mailbox>()
  #retention: Retention | null = null
  #handled: HandledMessages | null = null

  /** @throws RegistryError `INVALID_ARGUMENT` for a namespace that is not valid. */
  constructor(namespace = 'memory') {
    this.#gatewayPrefix = `memory-gateway.${validateNamespace(namespace)}.`
    this.#durablePrefix = `${this.#gatewayPrefix}durable.`
  }

  /** The address of a gateway by its name. */
  gatewayOf(name: string): string {
    return this.#gatewayPrefix + name
  }

  /** The address of a durable gateway by its name. */
  durableGatewayOf(name: string): string {
    return this.#durablePrefix + name
  }

  /** Whether `gateway` is the address of a gateway of this namespace. */
  isGateway(gateway: string): boolean {
    return [this.#gatewayPrefix, this.#durablePrefix].some((prefix) => hasName(gateway, prefix))
  }

  /**
   * What is in force for all durable messengers, set by the first of them.
   * @throws RegistryError `INVALID_ARGUMENT` for another retention than that.
   */
  retain(retentionMs: number | null): Retention {
    this.#retention ??= newRetention(retentionMs)
    checkRetention(retentionMs, this.#retention, 'the broker', 'use another MemoryBroker')
    return this.#retention
  }

  /** What is kept for a durable gateway; `null` for any other gateway. */
  mailboxOf(gateway: string | null): Mailbox | null {
    if (gateway === null || !hasName(gateway, this.#durablePrefix)) return null
    let mailbox = this.#mailboxes.get(gateway)
    if (mailbox === undefined) {
      const { retentionMs } = this.retain(null)
      this.#handled ??= new HandledMessages(retentionMs)
      mailbox = new Mailbox(retentionMs, this.#handled)
      this.#mailboxes.set(gateway, mailbox)
    }
    return mailbox
  }

  /** The subscribers that a message to `target` reaches. */
  hostsOf({ identity, gateway }: DeliveryTarget): readonly HostedSubscribers[] {
    if (gateway === null) {
      return Array.from(this.#gateways.values()).flatMap((sharing) => {
        const own = sharing.filter((hosts) => hosts.hasOwn(identity))
        return own.length > 0 ? own : this.#oneOf(sharing.filter((hosts) => hosts.has(identity)))
      })
    }
    const sharing = this.#gateways.get(gateway) ?? []
    return this.#oneOf(sharing).filter((hosts) => hosts.has(identity))
  }

  /** Puts subscribers behind a gateway, beside those who are there. */
  join(gateway: string, subscribers: HostedSubscribers): void {
    this.#gateways.set(gateway, [...(this.#gateways.get(gateway) ?? []), subscribers])
  }

  leave(gateway: string, subscribers: HostedSubscribers): void {
    const others = this.#gateways.get(gateway)?.filter((each) => each !== subscribers) ?? []
    if (others.length > 0) this.#gateways.set(gateway, others)
    else this.#gateways.delete(gateway)
  }

  /** Each in turn; none of none. */
  #oneOf(sharing: readonly HostedSubscribers[]): readonly HostedSubscribers[] {
    if (sharing.length < 2) return sharing
    this.#turn += 1
    const at = this.#turn % sharing.length
    return sharing.slice(at, at + 1)
  }
}

function hasName(gateway: string, prefix: string): boolean {
  return gateway.startsWith(prefix) && GATEWAY_NAME.test(gateway.slice(prefix.length))
}
