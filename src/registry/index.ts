/**
 * The multicast registry, `prism-loadtest/registry`: identities with metadata and a TTL, listed by
 * filter, watched, and sent to. {@link connectRegistry} opens one over Redis and NATS;
 * `new MulticastRegistry({ store: new MemoryStore(), messenger: new MemoryMessenger() })` is one
 * within a process.
 */

export { connectRegistry, type ConnectOptions } from './connect.ts'
export { MulticastRegistry, type RegisterOptions } from './registry.ts'
export { type RegistrySlots } from './slots.ts'
export type { ConnectionCounts, RegistryConnections } from './connection-counts.ts'

// TLS and credentials
export type { TlsOption } from './tls-option.ts'
export type { Pem } from './tls.ts'
export type { CredentialsProvider, NatsCredentials, RedisCredentials } from './credentials.ts'

// Registrations
export type { JsonValue, Metadata, Registration } from './registration.ts'
export type { RegistrationTimes, SeenRegistration } from './store.ts'
export type { EnumerateOptions, Enumeration, ListedRegistration } from './enumeration.ts'
export type { Filter } from './filter/filter.ts'

// Watches
export type { LeaveReason, WatchEvent, WatchNews, WatchStream } from './watch/watch-event.ts'
export type { WatchOptions } from './watch/watch-options.ts'

// Multicasts
export type { MulticastOptions, MulticastResult } from './multicast.ts'
export type {
  DeliveryGuarantee,
  DeliveryStatus,
  MessageHandler,
  ReceivedMessage,
  Subscription,
} from './messenger.ts'
export type { DurabilityOptions } from './durability-options.ts'

// Errors, warnings and limits
export { RegistryError, type RegistryErrorCode } from './errors.ts'
export {
  Warnings,
  type RegistryWarning,
  type RegistryWarningCode,
  type WarningListener,
} from './warnings.ts'
export { defaultLimits, type RegistryLimits } from './limits.ts'

// Quotas of a namespace
export type { SchemaObject } from './quotas/metadata-schema.ts'
export type { Quotas } from './quotas/quotas.ts'
export { quotaCommands, writeQuotas, type WriteQuotasOptions } from './redis/stored-quotas.ts'

// Slots: the backends that a registry is made of
export type { RegistryStore } from './store.ts'
export type { Messenger } from './messenger.ts'
export type { ScriptForm, SelectStrategy } from './redis/store-options.ts'
export type { AddressMap } from './redis/address-map.ts'
export type { WaitForReplicas } from './redis/replica-wait-options.ts'
export { MemoryStore, type MemoryStoreOptions } from './memory/memory-store.ts'
export { MemoryMessenger, type MemoryMessengerOptions } from './memory/memory-messenger.ts'
export { MemoryBroker } from './memory/memory-broker.ts'
