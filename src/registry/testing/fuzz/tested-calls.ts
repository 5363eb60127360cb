import type { ConnectOptions } from '../../connect.ts'
import type { Filter } from '../../filter/filter.ts'
import type { DeliveryStatus } from '../../messenger.ts'
import type { MulticastOptions } from '../../multicast.ts'
import type { PatternHost } from '../../nats/pattern-hosts.ts'
import type { RegisterOptions } from '../../registry.ts'
import type { JsonValue, Metadata } from '../../registration.ts'

/** The identities that a process under test hosts. */
export interface Hosting {
  readonly identities: readonly string[]
  readonly patterns: readonly string[]
  /** Its handler throws for two thirds of the messages the first time. */
  readonly moody: string | null
}

/** Which registry answers an enumerate: the process's own, or one connected for this call. */
export type Reader = 'old' | 'fresh' | 'scan'

/** A registration from an enumerate, with the part of its metadata that the test writes. */
export interface Listed {
  readonly identity: string
  readonly gateway: string | null
  readonly valid: JsonValue
  readonly route: JsonValue
  readonly round: JsonValue
}

/** The state of a process after the inputs. */
export interface Health {
  /** The name of the process. */
  readonly process: string
  /** By `RegistryWarningCode`. */
  readonly warnings: Readonly<Record<string, number>>
  /** The heap after a collection, in bytes. */
  readonly heapBytes: number
}

/** The calls of the test to a process under test: those of the registry, and questions about the process. */
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
  /** The identities that handled a message here, once per run of the handler without an exception. */
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
