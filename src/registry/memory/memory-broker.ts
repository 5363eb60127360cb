import { checkRetention, newRetention, type Retention } from '../durability-options.ts'
import { GATEWAY_NAME } from '../names.ts'
import type { HostedSubscribers } from '../hosted-subscribers.ts'
import { validateNamespace } from '../identity.ts'
import type { DeliveryTarget } from '../messenger.ts'
import { HandledMessages } from './handled-messages.ts'
import { Mailbox } from './mailbox.ts'

/** The subscribers of one messenger, as its broker knows them. */
interface Member {
  readonly subscribers: HostedSubscribers
  readonly gateway: string
  readonly identities: Set<string>
  readonly patterns: Set<string>
  /** Its index among the members of its gateway. */
  place: number
}

/**
 * Connects the messengers of one namespace within a process. Messengers of different brokers don't
 * reach each other. The cost per target depends only on the number of messengers with patterns.
 */
export class MemoryBroker {
  readonly #gatewayPrefix: string
  readonly #durablePrefix: string
  readonly #members = new Map<HostedSubscribers, Member>()
  /** The members that share the messages of each gateway. */
  readonly #gateways = new Map<string, Member[]>()
  /** The members that have subscriptions of an identity. */
  readonly #byIdentity = new Map<string, Set<Member>>()
  readonly #withPatterns = new Set<Member>()
  #turn = 0
  readonly #mailboxes = new Map<string, Mailbox>()
  #retention: Retention | null = null
  #handled: HandledMessages | null = null

  /** @throws RegistryError `INVALID_ARGUMENT` for an invalid namespace. */
  constructor(namespace = 'memory') {
    this.#gatewayPrefix = `memory-gateway.${validateNamespace(namespace)}.`
    this.#durablePrefix = `${this.#gatewayPrefix}durable.`
  }

  /** The address of the gateway with this name. */
  gatewayOf(name: string): string {
    return this.#gatewayPrefix + name
  }

  /** The address of the durable gateway with this name. */
  durableGatewayOf(name: string): string {
    return this.#durablePrefix + name
  }

  /** Whether `gateway` is the address of a gateway of this namespace. */
  isGateway(gateway: string): boolean {
    return [this.#gatewayPrefix, this.#durablePrefix].some((prefix) => hasName(gateway, prefix))
  }

  /**
   * The retention of all durable messengers, set by the first one.
   * @throws RegistryError `INVALID_ARGUMENT` for a different retention.
   */
  retain(retentionMs: number | null): Retention {
    this.#retention ??= newRetention(retentionMs)
    checkRetention(retentionMs, this.#retention, 'the broker', 'use another MemoryBroker')
    return this.#retention
  }

  /** The mailbox of a durable gateway; `null` for any other gateway. */
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
    const members = gateway === null ? this.#listening(identity) : this.#sharing(gateway)
    return members
      .map(({ subscribers }) => subscribers)
      .filter((subscribers) => subscribers.has(identity))
  }

  /** Adds subscribers to a gateway. */
  join(gateway: string, subscribers: HostedSubscribers): void {
    const sharing = this.#gateways.get(gateway) ?? []
    this.#gateways.set(gateway, sharing)
    const place = sharing.length
    const member = {
      subscribers,
      gateway,
      identities: new Set<string>(),
      patterns: new Set<string>(),
      place,
    }
    sharing.push(member)
    this.#members.set(subscribers, member)
  }

  leave(subscribers: HostedSubscribers): void {
    const member = this.#members.get(subscribers)
    if (member === undefined) return
    this.#members.delete(subscribers)
    for (const identity of member.identities) this.#forget(member, identity)
    this.#withPatterns.delete(member)
    const sharing = this.#gateways.get(member.gateway) ?? []
    // The last member takes its index.
    const last = sharing.pop()
    if (last !== undefined && last !== member) {
      last.place = member.place
      sharing[last.place] = last
    }
    if (sharing.length === 0) this.#gateways.delete(member.gateway)
  }

  /** Notes a subscription of an identity. */
  listen(subscribers: HostedSubscribers, identity: string): void {
    const member = this.#members.get(subscribers)
    if (member === undefined) return
    member.identities.add(identity)
    const members = this.#byIdentity.get(identity) ?? new Set()
    this.#byIdentity.set(identity, members.add(member))
  }

  /** Notes that the subscription of an identity has ended. */
  unlisten(subscribers: HostedSubscribers, identity: string): void {
    const member = this.#members.get(subscribers)
    if (!member?.identities.delete(identity)) return
    this.#forget(member, identity)
  }

  /** Like `listen`, for all identities that match a pattern. */
  listenMatching(subscribers: HostedSubscribers, pattern: string): void {
    const member = this.#members.get(subscribers)
    if (member === undefined) return
    member.patterns.add(pattern)
    this.#withPatterns.add(member)
  }

  unlistenMatching(subscribers: HostedSubscribers, pattern: string): void {
    const member = this.#members.get(subscribers)
    if (!member?.patterns.delete(pattern) || member.patterns.size > 0) return
    this.#withPatterns.delete(member)
  }

  /** The recipients of a message to an identity's own subject: per gateway, all members with a subscription of it, otherwise one with a matching pattern. */
  #listening(identity: string): readonly Member[] {
    const own = [...(this.#byIdentity.get(identity) ?? [])]
    const gateways = new Set(own.map(({ gateway }) => gateway))
    const matching = new Map<string, Member[]>()
    for (const member of this.#withPatterns) {
      const { gateway, subscribers } = member
      if (gateways.has(gateway) || !subscribers.has(identity)) continue
      const others = matching.get(gateway)
      if (others === undefined) matching.set(gateway, [member])
      else others.push(member)
    }
    return [...own, ...Array.from(matching.values()).flatMap((sharing) => this.#oneOf(sharing))]
  }

  #sharing(gateway: string): readonly Member[] {
    return this.#oneOf(this.#gateways.get(gateway) ?? [])
  }

  #forget(member: Member, identity: string): void {
    const members = this.#byIdentity.get(identity)
    members?.delete(member)
    if (members?.size === 0) this.#byIdentity.delete(identity)
  }

  /** One of several members, in rotation. */
  #oneOf(sharing: readonly Member[]): readonly Member[] {
    if (sharing.length < 2) return sharing
    this.#turn += 1
    const at = this.#turn % sharing.length
    return sharing.slice(at, at + 1)
  }
}

function hasName(gateway: string, prefix: string): boolean {
  return gateway.startsWith(prefix) && GATEWAY_NAME.test(gateway.slice(prefix.length))
}
