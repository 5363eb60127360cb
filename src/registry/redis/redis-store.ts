import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ConnectionCounts } from '../connection-counts.ts'
import { RegistryError } from '../errors.ts'
import type { CompiledFilter } from '../filter/compile.ts'
import type { SortOrder } from '../paging/sort-order.ts'
import { viewOf, type RegistrationView } from '../registration-view.ts'
import type { Registration } from '../registration.ts'
import type {
  RegistrationRequest,
  RegistrationTimes,
  RegistryStore,
  SeenRegistration,
  WatchRequest,
} from '../store.ts'
import type { ObservedStore } from '../observed.ts'
import { TargetSet } from '../targets/target-set.ts'
import { Telemetry } from '../telemetry/telemetry.ts'
import { Warnings } from '../warnings.ts'
import type { WatchStream } from '../watch/watch-event.ts'
import { readBookkeeping, readFacts } from './bookkeeping.ts'
import { connectRedis, type RedisConnectOptions } from './connect-redis.ts'
import type { RedisConnection } from './connection.ts'
import { Evictions } from './evictions.ts'
import { keysOf, type NamespaceKeys } from './keys.ts'
import { changingRedisCredentials, type RenewedRedisCredentials } from './redis-credentials.ts'
import { takeWaitForReplicas } from './replica-wait-options.ts'
import { ReplicatedWrites } from './replicated-writes.ts'
import { countFrom, flagFrom, textFrom } from './replies.ts'
import { Replica } from './replica.ts'
import { readRegistrations, scanIdentities, scanRegistrations } from './scan.ts'
import {
  clearIndexedScript,
  clearScript,
  heartbeatScript,
  moveScript,
  registerScript,
  unregisterScript,
} from './scripts.ts'
import { StoreQuotas } from './store-quotas.ts'
import { takeStoreOptions, type RedisStoreOptions, type SelectStrategy } from './store-options.ts'
import { Tending } from './tending.ts'
import { WatchFollower } from './watch-follower.ts'

const clearChunkSize = 500

/**
 * Connects a store to Redis.
 * @throws RegistryError `UNAVAILABLE`, naming host and port; `INVALID_ARGUMENT` for an invalid URL.
 */
export async function connectRedisStore(given: RedisStoreOptions): Promise<RegistryStore> {
  const options = takeStoreOptions(given)
  const url = options.nodes ?? options.url
  if (url === undefined) {
    throw new RegistryError('INVALID_ARGUMENT', 'options: a Redis store needs a `url` or `nodes`')
  }
  const { warnings = new Warnings(), connectTimeoutMs = 5000 } = options
  const credentials = await changingRedisCredentials(
    url,
    options.credentials,
    connectTimeoutMs,
    warnings,
  )
  try {
    return await openStore(options, url, credentials, warnings, connectTimeoutMs)
  } catch (error) {
    credentials?.close()
    throw error
  }
}

async function openStore(
  options: RedisStoreOptions,
  url: string | readonly string[],
  credentials: RenewedRedisCredentials | null,
  warnings: Warnings,
  timeoutMs: number,
): Promise<RegistryStore> {
  const { namespace, addressMap = {} } = options
  const connecting = {
    timeoutMs,
    addressMap,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(credentials === null ? {} : { credentials }),
  }
  const { telemetry = Telemetry.off } = options
  const connect = async (): Promise<RedisConnection> => {
    const connection = await connectRedis(url, connecting)
    connection.telemetry = telemetry
    return connection
  }
  const connection = await connect()
  try {
    const evictions = new Evictions(warnings, connection.name)
    const keys = keysOf(namespace, connection.isCluster)
    const { scripts, strategy } = options
    if (scripts !== undefined) connection.usesFunctions = scripts === 'functions'
    if (connection.usesFunctions && strategy === 'scan') {
      throw new RegistryError(
        'INVALID_ARGUMENT',
        `options: the strategy "scan" searches all keys of the server, which users of functions may not. Leave out strategy: 'scan', or don't use functions.`,
      )
    }
    const facts = await whenLoaded(timeoutMs, () => readFacts(connection, keys))
    evictions.observe(facts)
    const quotas = options.quotas === true ? await StoreQuotas.open(connection, keys) : null
    const writes = await openWrites(options, url, connecting, keys).catch(
      async (error: unknown) => {
        await quotas?.close()
        throw error
      },
    )
    const parts = {
      quotas,
      connection,
      credentials,
      writes,
      keys,
      warnings,
      evictions,
      connect,
      timeoutMs,
    }
    return new RedisStore(parts, options)
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** Opens what runs the writes, if they wait for replicas. */
async function openWrites(
  { waitForReplicas, scripts, telemetry = Telemetry.off }: RedisStoreOptions,
  url: string | readonly string[],
  connecting: RedisConnectOptions & { readonly timeoutMs: number },
  keys: NamespaceKeys,
): Promise<ReplicatedWrites | null> {
  if (waitForReplicas === undefined) return null
  const wait = takeWaitForReplicas(waitForReplicas, 'waitForReplicas')
  // Until replicas have confirmed, a server that is well stays silent.
  const timeoutMs = connecting.timeoutMs + wait.timeoutMs
  const connection = await connectRedis(url, { ...connecting, timeoutMs })
  if (scripts !== undefined) connection.usesFunctions = scripts === 'functions'
  connection.telemetry = telemetry
  return new ReplicatedWrites(connection, keys.index, wait)
}

/** Repeats a read while the server loads its data, for at most `timeoutMs`. */
async function whenLoaded<T>(timeoutMs: number, read: () => Promise<T>): Promise<T> {
  for (const deadline = performance.now() + timeoutMs; ; await delay(50)) {
    try {
      return await read()
    } catch (error) {
      const isLoading = error instanceof RegistryError && error.message.includes('LOADING')
      if (!isLoading || performance.now() > deadline) throw error
    }
  }
}

/** The parts of a store besides its options. */
interface StoreParts {
  readonly connection: RedisConnection
  /** `null` for those of the URL. */
  readonly credentials: RenewedRedisCredentials | null
  /** Runs writes that wait for replicas; `null` if they don't. */
  readonly writes: ReplicatedWrites | null
  /** `null` if they are not enforced. */
  readonly quotas: StoreQuotas | null
  readonly keys: NamespaceKeys
  readonly warnings: Warnings
  readonly evictions: Evictions
  /** Opens another connection. */
  readonly connect: () => Promise<RedisConnection>
  readonly timeoutMs: number
}

/** A store on Redis. `keys.ts`, `record.ts` and `log.ts` describe the layout. */
class RedisStore implements RegistryStore {
  readonly #connection: RedisConnection
  readonly #credentials: RenewedRedisCredentials | null
  readonly #writes: ReplicatedWrites | null
  readonly #keys: NamespaceKeys
  readonly #warnings: Warnings
  readonly #replica: Replica
  readonly #strategy: SelectStrategy
  readonly #follower: WatchFollower
  readonly #maxIdentities: number
  readonly #quotas: StoreQuotas | null
  readonly #logCap: number
  readonly #tending = new Tending()
  readonly #markPrefix = randomBytes(9).toString('base64url')
  #calls = 0
  readonly #underWay = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  constructor(parts: StoreParts, options: RedisStoreOptions) {
    const { connection, keys, warnings, evictions } = parts
    const { maxIdentities = Infinity, logCap = 10_000, strategy = 'replica' } = options
    const { loadTimeoutMs: maxWaitMs = 10_000, maxConcurrentLoads } = options
    this.#connection = connection
    this.#credentials = parts.credentials
    this.#writes = parts.writes
    this.#keys = keys
    this.#warnings = warnings
    const newMark = () => this.#mark()
    const following = {
      keys,
      warnings,
      evictions,
      logCap,
      maxWaitMs,
      newMark,
      ...(maxConcurrentLoads === undefined ? {} : { maxConcurrentLoads }),
    }
    this.#replica = new Replica(connection, following)
    this.#strategy = strategy
    this.#follower = new WatchFollower({ ...parts, replica: this.#replica })
    this.#maxIdentities = maxIdentities
    this.#quotas = parts.quotas
    this.#logCap = logCap
  }

  get connections(): ConnectionCounts {
    const { isUp } = this.#connection
    return { up: isUp ? 1 : 0, down: isUp ? 0 : 1 }
  }

  get observed(): ObservedStore {
    return this.#replica.observed
  }

  register(request: RegistrationRequest): Promise<RegistrationTimes> {
    const { identity } = request
    return this.#accept(async () => {
      const write = (quotas: readonly string[]) =>
        this.#write(registerScript, identity, [
          identity,
          request.metadataJson,
          request.ttlMs,
          request.replace ? '1' : '0',
          request.gateway ?? '',
          this.#mark(),
          this.#logCap,
          this.#maxIdentities === Infinity ? '' : this.#maxIdentities,
          this.#tending.trustedUntilMs,
          ...quotas,
        ])
      const reply =
        this.#quotas === null
          ? await write([''])
          : await this.#quotas.register(request.metadataJson, write)
      if (reply === 'ALREADY_EXISTS') {
        throw new RegistryError(reply, `Identity "${identity}" is already registered.`)
      }
      if (reply === 'QUOTA_EXCEEDED') {
        throw new RegistryError(
          reply,
          `Namespace "${this.#keys.namespace}" already holds the maximum of ${this.#maxIdentities} identities.`,
        )
      }
      const [registeredAt, more] = Array.isArray(reply) ? reply : [reply]
      if (more !== undefined) this.#tending.note(registeredAt, more)
      return timesOf(countFrom(registeredAt), request.ttlMs)
    })
  }

  heartbeat(identity: string, ttlMs: number): Promise<RegistrationTimes> {
    return this.#accept(async () => {
      const reply = await this.#write(heartbeatScript, identity, [
        identity,
        ttlMs,
        this.#mark(),
        this.#logCap,
        this.#tending.trustedUntilMs,
        this.#quotas?.heartbeatArgument ?? '',
      ])
      this.#quotas?.check(reply)
      if (reply === 'NOT_FOUND') {
        throw new RegistryError(reply, `Identity "${identity}" is not registered.`)
      }
      const [times, now, more] = Array.isArray(reply) ? reply : [reply]
      if (more !== undefined) this.#tending.note(now, more)
      const [registeredAt, expiresAt] = textFrom(times).split(' ', 2).map(Number)
      return { registeredAt: countFrom(registeredAt), expiresAt: countFrom(expiresAt) || null }
    })
  }

  moveTo(seen: SeenRegistration, gateway: string): Promise<boolean> {
    const { identity } = seen
    return this.#accept(async () => {
      const reply = await this.#write(moveScript, identity, [
        identity,
        seen.registeredAt,
        seen.gateway ?? '',
        gateway,
        this.#mark(),
        this.#logCap,
        this.#tending.trustedUntilMs,
      ])
      return this.#takeFlag(reply)
    })
  }

  unregister(identity: string): Promise<boolean> {
    return this.#accept(async () => {
      const args = [identity, this.#mark(), this.#logCap, this.#tending.trustedUntilMs]
      return this.#takeFlag(await this.#write(unregisterScript, identity, args))
    })
  }

  async select(filter: CompiledFilter): Promise<readonly Registration[]> {
    const { matches } = await this.view(filter, null)
    return matches.toArray()
  }

  view(
    filter: CompiledFilter,
    order: SortOrder | null,
    signal?: AbortSignal,
  ): Promise<RegistrationView> {
    return this.#accept(async () =>
      this.#strategy === 'replica'
        ? this.#replica.view(filter, order, signal)
        : viewOf(await this.#scan(filter, signal)),
    )
  }

  selectTargets(filter: CompiledFilter, signal?: AbortSignal): Promise<TargetSet> {
    return this.#accept(async () =>
      this.#strategy === 'replica'
        ? this.#replica.selectTargets(filter, signal)
        : TargetSet.of(await this.#scan(filter, signal)),
    )
  }

  #scan(filter: CompiledFilter, signal: AbortSignal | undefined): Promise<readonly Registration[]> {
    return scanRegistrations(this.#connection, this.#keys, filter, this.#warnings, signal)
  }

  lookUp(identities: readonly string[]): Promise<readonly Registration[]> {
    return this.#accept(() =>
      this.#strategy === 'replica'
        ? this.#replica.lookUp(identities)
        : readRegistrations(this.#connection, this.#keys, identities, this.#warnings),
    )
  }

  /** Follows the log even if `select` scans. */
  watch(request: WatchRequest): WatchStream {
    this.#requireOpen()
    return this.#follower.open(request)
  }

  chargeMulticast(recipients: number, payloadBytes: number): Promise<void> {
    return this.#accept(async () => this.#quotas?.chargeMulticast(recipients, payloadBytes))
  }

  clear(): Promise<void> {
    return this.#accept(async () => {
      const { index, log, prefix } = this.#keys
      const { isVerified } = await readBookkeeping(this.#connection, this.#keys, false)
      if (!isVerified && !this.#connection.usesFunctions) {
        // The index may lack registrations.
        for await (const identities of scanIdentities(this.#connection, this.#keys)) {
          await this.#clear(identities)
        }
      }
      const clearIndexed = async (): Promise<boolean> => {
        const args = [prefix, this.#mark(), this.#logCap, clearChunkSize]
        return flagFrom(await this.#connection.run(clearIndexedScript, [index, log], args))
      }
      while (await clearIndexed());
    })
  }

  async #clear(identities: readonly string[]): Promise<void> {
    const { index, log } = this.#keys
    const hashes = identities.map((identity) => this.#keys.identity(identity))
    const args = [JSON.stringify(identities), this.#mark(), this.#logCap, ...identities]
    await this.#connection.run(clearScript, [index, log, ...hashes], args)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#replica.close()
    this.#credentials?.close()
    await Promise.allSettled([this.#follower.close(), ...this.#underWay])
    await this.#quotas?.close()
    await Promise.all([this.#connection.close(), this.#writes?.close()])
  }

  #requireOpen(): void {
    if (!this.#closing) return
    throw new RegistryError('CLOSED', `The Redis store at ${this.#connection.name} was closed.`)
  }

  async #accept<T>(operation: () => Promise<T>): Promise<T> {
    this.#requireOpen()
    const lease = this.#quotas?.requireLease() ?? null
    const work = lease === null ? operation() : lease.then(operation)
    this.#underWay.add(work)
    try {
      return await work
    } finally {
      this.#underWay.delete(work)
    }
  }

  /** Reads the flag in a reply, and notes the tending that the reply may report. */
  #takeFlag(reply: unknown): boolean {
    if (!Array.isArray(reply)) return flagFrom(reply)
    const [flag, now, more] = reply
    this.#tending.note(now, more)
    return flagFrom(flag)
  }

  #write(script: string, identity: string, args: readonly (string | number)[]): Promise<unknown> {
    const keys = [this.#keys.identity(identity), this.#keys.index, this.#keys.log]
    return (this.#writes ?? this.#connection).run(script, keys, args)
  }

  /** A unique mark per call, across all stores: it identifies the call's log entry. */
  #mark(): string {
    this.#calls += 1
    return `${this.#markPrefix}${this.#calls.toString(36)}`
  }
}

/** The times of a registration made at `registeredAt`. */
function timesOf(registeredAt: number, ttlMs: number): RegistrationTimes {
  return { registeredAt, expiresAt: ttlMs === 0 ? null : registeredAt + ttlMs }
}
