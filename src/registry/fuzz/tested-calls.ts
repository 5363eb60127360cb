import type { ConnectOptions } from '../connect.ts'
import type { Filter } from '../filter/filter.ts'
import type { DeliveryStatus } from '../messenger.ts'
import type { MulticastOptions } from '../multicast.ts'
import type { PatternHost } from '../nats/pattern-hosts.ts'
import type { RegisterOptions } from '../registry.ts'
import type { JsonValue, Metadata } from '../registration.ts'

/** What a process under test hosts. */
export interface Hosting {
  readonly identities: readonly string[]
  readonly patterns: readonly string[]
  /** Its handler throws for two thirds of the messages the first time. */
  readonly moody: string | null
}

/** Which registry answers an enumerate: the process's own, or one connected for this call. */
export type Reader = 'old' | 'fresh' | 'scan'

/** A registration as an enumerate gave it, and of its metadata what the test writes. */
export interface Listed {
  readonly identity: string
  readonly gateway: string | null
  readonly valid: JsonValue
  readonly route: JsonValue
  readonly round: JsonValue
}

/** How a process is after all that came. */
export interface Health {
  /** The name of the process. */
  readonly process: string
  /** By `RegistryWarningCode`. */
  readonly warnings: Readonly<Record<string, number>>
  /** What is reachable after a collection, in bytes. */
  readonly heapBytes: number
}

/** What the test asks a process under test to do: the registry's calls, and what only the process knows. */
export interface TestedCalls {
  start(name: string, options: ConnectOptions, hosting: Hosting): Promise<string>
  register(identity: string, metadata: Metadata, options: RegisterOptions): Promise<null>
  unregister(identity: string): Promise<null>
  heartbeat(identity: string): Promise<null>
  enumerate(reader: Reader): Promise<readonly Listed[]>
  multicast(
    filter: Filter,
    options: MulticastOptions,
  ): Promise<{ messageId: string; statuses: ReadonlyMap<string, DeliveryStatus> }>
  findPatternHosts(): Promise<readonly PatternHost[]>
  /** Which identities handled a message here, each as often as its handler ran without throwing. */
  handled(messageId: string): Promise<readonly string[]>
  health(): Promise<Health>
}

export type CallName = keyof TestedCalls

export interface CallMessage {
  readonly number: number
  readonly name: CallName
  readonly args: readonly unknown[]
}

export type AnswerMessage =
  | { readonly number: number; readonly result: unknown }
  | { readonly number: number; readonly error: { readonly code: string; readonly message: string } }
