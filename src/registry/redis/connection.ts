import { Cluster, type Redis } from 'ioredis'
import { RegistryError } from '../errors.ts'
import { Telemetry } from '../telemetry/telemetry.ts'
import type { EndCall, RedisCall } from '../telemetry/redis-call.ts'
import { tlsFailure } from '../tls-failure.ts'
import { functionOf, LIBRARY_NAME, scriptNameOf } from './functions.ts'
import { missingRight } from './missing-right.ts'

/** The client of one server, or of a cluster. */
export type RedisClient = Redis | Cluster

/** The client's words for a command that it refuses while it is not connected. */
const NOT_SENT = /enableOfflineQueue options is false/

/** Its words for a command that was in flight when the connection closed. */
const IN_FLIGHT = /^Reached the max retries per request limit/

/** A script as a command of the client: the number of keys, the keys, the arguments. */
type ScriptCommand = (...args: readonly (string | number)[]) => Promise<unknown>

/**
 * A connection to one Redis server or to a cluster. While it is lost, every command fails at once, and
 * it reconnects in the background. Commands in flight fail too, because a repeated write might take
 * effect twice. A server that stops answering counts as lost after the timeout.
 */
export class RedisConnection {
  readonly client: RedisClient
  /** `host:port`, for messages. */
  readonly name: string
  /**
   * Whether scripts are functions that an administrator has loaded. Their user may know nothing of the rest of
   * the server, so it isn't asked: its keys aren't counted or searched, nor its memory.
   */
  usesFunctions = false
  /** Gets a span per command. */
  telemetry = Telemetry.off
  readonly #commands = new Map<string, ScriptCommand>()
  /** By script, or by command without one. */
  readonly #calls = new Map<string, RedisCall>()

  /** Why TLS keeps the connection down; `null` if it doesn't. */
  #tlsFailure: string | null = null

  constructor(client: RedisClient, name: string) {
    this.client = client
    this.name = name
    client.on('error', (error: unknown) => (this.#tlsFailure = tlsFailure('redis', error)))
    client.on('ready', () => (this.#tlsFailure = null))
  }

  /** Whether commands can be sent at present. */
  get isUp(): boolean {
    return this.client.status === 'ready'
  }

  get isCluster(): boolean {
    return this.client instanceof Cluster
  }

  /**
   * Runs a script. The client sends its source once per connection, and again if the server has lost it. If
   * the server loses it once more in between, the source goes with the call: it has not run yet.
   */
  async run(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    if (this.usesFunctions) return this.#callFunction(script, keys, args)
    const command = this.#commands.get(script) ?? this.#define(script)
    const end = this.begin('EVALSHA', script)
    try {
      const reply = await command(keys.length, ...keys, ...args).catch((error: unknown) => {
        if (!String(error).includes('NOSCRIPT')) throw error
        return this.client.eval(script, keys.length, ...keys, ...args)
      })
      end?.(null)
      return reply
    } catch (error) {
      const failure = this.failure(error, keys, script)
      end?.(failure.code)
      throw failure
    }
  }

  async #callFunction(
    script: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const end = this.begin('FCALL', script)
    try {
      const reply = await this.client.fcall(functionOf(script) ?? '', keys.length, ...keys, ...args)
      end?.(null)
      return reply
    } catch (error) {
      const failure = this.failure(error, keys, script)
      end?.(failure.code)
      throw failure
    }
  }

  /**
   * Begins the spans and the measurement of a command; `null` if nobody records it.
   * @param script which the command runs; `null` for other commands.
   */
  begin(command: string, script: string | null): EndCall | null {
    if (this.telemetry === Telemetry.off) return null
    const known = this.#calls.get(script ?? command)
    return this.telemetry.redisCall(known ?? this.#name(command, script))
  }

  #name(command: string, script: string | null): RedisCall {
    const call = {
      command,
      script: script === null ? null : scriptNameOf(script),
      server: this.name,
    }
    this.#calls.set(script ?? command, call)
    return call
  }

  #define(script: string): ScriptCommand {
    const name = `script${this.#commands.size}`
    this.client.defineCommand(name, { lua: script })
    const command = Reflect.get(this.client, name).bind(this.client) as ScriptCommand
    this.#commands.set(script, command)
    return command
  }

  /** Runs commands on the client and maps its errors to the registry's. @param command names their span; without it they get none. */
  async perform<T>(commands: (client: RedisClient) => Promise<T>, command?: string): Promise<T> {
    const end = command === undefined ? null : this.begin(command, null)
    try {
      const reply = await commands(this.client)
      end?.(null)
      return reply
    } catch (error) {
      const failure = this.failure(error)
      end?.(failure.code)
      throw failure
    }
  }

  /**
   * The error for a failed command. It has no `cause`, because the client's errors may quote a password.
   * @param keys the keys of the command.
   * @param script the script that failed.
   */
  failure(error: unknown, keys: readonly string[] = [], script?: string): RegistryError {
    if (error instanceof RegistryError) return error
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    if (message.startsWith('WRONGTYPE') && keys.length > 0) {
      const named = keys.slice(0, 3).map((key) => `"${key}"`)
      return new RegistryError(
        'UNAVAILABLE',
        `Redis at ${this.name} refused: WRONGTYPE. Another program wrote to one of ` +
          `the keys ${named.join(', ')}. Delete that key; the registry restores what it can.`,
      )
    }
    if (message.startsWith('ERR Function not found')) {
      return new RegistryError(
        'UNAVAILABLE',
        `Redis at ${this.name} lacks the registry's functions of this version, the library ${LIBRARY_NAME}. ` +
          'An administrator loads them: prism-loadtest access --functions | redis-cli -x FUNCTION LOAD REPLACE',
      )
    }
    if (NOT_SENT.test(message)) {
      return new RegistryError(
        'UNAVAILABLE',
        `The connection to Redis at ${this.name} is down${this.#tlsFailure === null ? '' : `: ${this.#tlsFailure}`}; nothing was sent. Reconnecting.`,
      )
    }
    return new RegistryError(
      'UNAVAILABLE',
      name === 'ReplyError'
        ? `Redis at ${this.name} refused: ${message.trim()}${missingRight(message, keys, script)}`
        : `The connection to Redis at ${this.name} is lost${reasonOf(message)}; a write in ` +
            'progress may or may not have taken effect. Reconnecting.',
    )
  }

  /** The servers that hold keys: the masters of a cluster, or the single server. */
  servers(): readonly Redis[] {
    return this.client instanceof Cluster ? this.client.nodes('master') : [this.client]
  }

  /** Closes the connection once all commands in flight are answered. */
  async close(): Promise<void> {
    try {
      await this.client.quit()
    } catch {
      // Already lost: no answer will arrive.
    }
    this.client.disconnect()
  }
}

function reasonOf(message: string): string {
  return IN_FLIGHT.test(message) ? '' : ` (${reasonIn(message)})`
}

/** An error's text without its class and its full stop, for use within a sentence. */
export function reasonIn(message: string): string {
  return message.replace(/^(\w*Error: )+/, '').replace(/\.$/, '')
}
