import type { Redis, RedisOptions } from 'ioredis'
import { readSecret } from '../secret-file.ts'
import { tlsFailure, tlsGuess } from '../tls-failure.ts'
import { tlsOptions } from '../tls.ts'
import type { RedisAccess } from './address.ts'
import { reasonIn, type RedisClient } from './connection.ts'

/** Longest pause between two attempts to reconnect. */
const MAX_RECONNECT_DELAY_MS = 1000

/** How clients are opened. */
export interface ConnectingOptions {
  readonly timeoutMs: number
  readonly natMap: Readonly<Record<string, { host: string; port: number }>>
}

/**
 * The client's options for every connection to a server that holds data.
 * @throws RegistryError `INVALID_ARGUMENT` if a file that they refer to is of no use.
 */
export function optionsFor(access: RedisAccess, timeoutMs: number) {
  const password = passwordOf(access)
  return {
    ...(access.username === undefined ? {} : { username: access.username }),
    ...(password === undefined ? {} : { password }),
    ...(access.tls === null ? {} : { tls: tlsOptions('redis', access.tls) }),
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // The client would send INFO and CLIENT SETINFO, for which users may lack permission.
    enableReadyCheck: false,
    disableClientInfo: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions
}

/**
 * The password, from its file if it has one.
 * @throws RegistryError `INVALID_ARGUMENT`
 */
export function passwordOf({ password, passwordFile }: RedisAccess): string | undefined {
  if (passwordFile === undefined) return password
  return readSecret({ kind: 'redis', parameter: 'password-file', path: passwordFile })
}

/** Connects, and throws the reason if that fails: the client itself reports it as an event. */
export async function opened(client: RedisClient, timeoutMs: number): Promise<void> {
  let reason: unknown
  client.on('error', (error: unknown) => {
    reason = error
  })
  try {
    await within(client.connect(), timeoutMs)
  } catch (error) {
    throw reason ?? error
  }
}

/**
 * Makes sure that a client uses its database, also after reconnecting: where the server refuses that, for lack of permission or of such a
 * database, the client by itself would go on in database 0.
 * @throws the server's refusal.
 */
export async function useDatabase(
  client: Redis,
  database: number,
  timeoutMs: number,
): Promise<void> {
  if (database === 0) return
  client.on('error', (error: unknown) => {
    if (isRefusedSelect(error)) client.disconnect(true)
  })
  await within(client.select(database), timeoutMs)
}

function isRefusedSelect(error: unknown): boolean {
  if (!(error instanceof Error) || !('command' in error)) return false
  const { command } = error
  return (
    typeof command === 'object' && command !== null && Reflect.get(command, 'name') === 'select'
  )
}

/** Why a connection failed, for use within a sentence. */
export function connectFailure(error: unknown, { tls }: RedisAccess): string {
  const usesTls = tls !== null
  const reason = reasonIn(error instanceof Error ? error.message : String(error)).trim()
  return tlsFailure('redis', error) ?? `${reason}${tlsGuess('redis', error, usesTls)}`
}

/** The result of some work, or an error once `timeoutMs` have passed. */
export async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`no answer within ${Math.max(0, Math.round(timeoutMs))} ms`)
    timer = setTimeout(() => reject(error), Math.max(0, timeoutMs))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The pause before an attempt to reconnect, counted from 1, in ms. All of it is random, so that a thousand clients of a server that comes back
 * don't connect at the same instant.
 */
export function reconnectDelayMs(attempt: number): number {
  return Math.random() * Math.min(50 * 2 ** Math.min(attempt, 10), MAX_RECONNECT_DELAY_MS)
}
