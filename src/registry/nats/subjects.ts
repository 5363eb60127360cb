import { written } from '../arguments.ts'
import { RegistryError } from '../errors.ts'
import { GATEWAY_NAME } from '../names.ts'
import { validateNamespace } from '../identity.ts'

/** The default prefix of subjects. */
export const DEFAULT_SUBJECT_PREFIX = 'prism.multicast'

/**
 * All NATS subjects and JetStream names of one namespace.
 *
 * The namespace is a token of every subject, without exception; otherwise the identity `orders.user-1` of
 * an exempt namespace would share the subject of `user-1` in the namespace `orders`. Subjects of
 * identities begin with `<prefix>.`, all others with `<prefix>-<role>.`, so no two identities, patterns or
 * gateways share a subject, within a namespace or across namespaces.
 *
 * | subject | of |
 * |---|---|
 * | `<prefix>.<namespace>.<identity>` | an identity |
 * | `<prefix>-gateway.<namespace>.<name>` | a gateway |
 * | `<prefix>-gateway.<namespace>.durable.<name>` | a durable gateway |
 * | `<prefix>-subscribers.<namespace>` | requests for the pattern hosts |
 * | `<prefix>-durable.<namespace>.<name>` | messages kept for a durable gateway |
 * | `<prefix>-progress.<namespace>.<name>.<key>` | the record of a partly handled message |
 * | `_INBOX.<namespace>.<unique>.…` | replies to this client |
 */
export class Subjects {
  readonly prefix: string
  readonly namespace: string
  /** The JetStream stream of messages for durable gateways. */
  readonly messagesStream: string
  /** The JetStream stream of records of partly handled messages. */
  readonly progressStream: string
  /**
   * The prefix of all inboxes: with the namespace, so that a user's permission to receive replies need not cover those to
   * other namespaces.
   */
  readonly inboxPrefix: string
  readonly #identity: string
  readonly #gateway: string
  readonly #durableGateway: string
  readonly #durable: string
  readonly #progress: string

  /**
   * @param prefix letters, digits, `-` and `_` in tokens joined by dots, at most 128 characters.
   * @throws RegistryError `INVALID_ARGUMENT`
   */
  constructor(prefix: string, namespace: string) {
    this.prefix = validatePrefix(prefix)
    this.namespace = validateNamespace(namespace)
    this.inboxPrefix = `_INBOX.${namespace}`
    this.#identity = `${prefix}.${namespace}.`
    this.#gateway = `${prefix}-gateway.${namespace}.`
    this.#durableGateway = `${this.#gateway}durable.`
    this.#durable = `${prefix}-durable.${namespace}.`
    this.#progress = `${prefix}-progress.${namespace}.`
    // Stream names can't contain dots. Two prefixes may yield the same name; their subjects differ.
    const base = prefix.replaceAll('.', '_')
    this.messagesStream = `${base}-durable-${namespace}`
    this.progressStream = `${base}-progress-${namespace}`
  }

  /** The own subject of an identity. */
  identity(identity: string): string {
    return this.#identity + identity
  }

  /** The unchecked identity with this subject; `null` if it is not an identity's subject. */
  identityOf(subject: string): string | null {
    return subject.startsWith(this.#identity) ? subject.slice(this.#identity.length) : null
  }

  /**
   * A wildcard subject that covers all identities that match a pattern, and possibly others, because NATS
   * wildcards stand for whole tokens.
   */
  pattern(pattern: string): string {
    const words = pattern.split('.')
    const open = words.findIndex((word) => word.includes('*'))
    const fixed = open < 0 ? words : [...words.slice(0, open), '>']
    return this.#identity + fixed.join('.')
  }

  /** The subject of a gateway. */
  gateway(name: string): string {
    return this.#gateway + name
  }

  /** The subject of a durable gateway. */
  durableGateway(name: string): string {
    return this.#durableGateway + name
  }

  /** Whether `subject` belongs to a gateway of this namespace, durable or not. */
  isGateway(subject: string): boolean {
    if (!subject.startsWith(this.#gateway)) return false
    const name = subject.slice(this.#gateway.length)
    return GATEWAY_NAME.test(name) || this.durableGatewayName(subject) !== null
  }

  /** The name of the durable gateway with this subject; `null` for any other subject. */
  durableGatewayName(subject: string | null): string | null {
    if (subject === null || !subject.startsWith(this.#durableGateway)) return null
    const name = subject.slice(this.#durableGateway.length)
    return GATEWAY_NAME.test(name) ? name : null
  }

  /** The subject of requests for pattern hosts. */
  patternHosts(): string {
    return `${this.prefix}-subscribers.${this.namespace}`
  }

  /** The subject of messages kept for a durable gateway; `*` for all gateways. */
  durable(name: string): string {
    return this.#durable + name
  }

  /** The subject of a durable gateway's record of the recipients that have handled a message; `*` for all. */
  progress(name: string, key: string): string {
    return `${this.#progress}${name}.${key}`
  }
}

function validatePrefix(prefix: unknown): string {
  if (typeof prefix === 'string' && prefix.length <= 128 && PREFIX.test(prefix)) return prefix
  throw new RegistryError(
    'INVALID_ARGUMENT',
    `subjectPrefix ${written(prefix)} is not a valid prefix; expected letters, digits, - and _ in tokens joined by dots, at most 128 characters`,
  )
}

const PREFIX = /^[\w-]+(\.[\w-]+)*$/
