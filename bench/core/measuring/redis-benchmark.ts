import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from '../../../src/environment/programs.ts'
import { keysOf } from '../../../src/registry/redis/keys.ts'
import { TRUST_MS } from '../../../src/registry/redis/tending.ts'

/** Settings for running the registration script with `redis-benchmark`. */
export interface RedisBenchmark {
  readonly redisUrl: string
  /** The digest of the script, as `SCRIPT LOAD` of this server gave it. */
  readonly scriptSha1: string
  readonly namespace: string
  readonly metadataJson: string
  /** The number of identities to draw from. */
  readonly identities: number
  readonly requests: number
  /** Its own default is 50. Each keeps 64 requests in flight. */
  readonly clients: number
}

/** Why `redis-benchmark` can't run against a server; `null` if it can. */
export function whyNoRedisBenchmark(redisUrl: string): string | null {
  const { protocol, password, searchParams } = new URL(redisUrl)
  if (findProgram('redis-benchmark') === undefined) return 'redis-benchmark is not on the PATH'
  if (protocol !== 'redis:' || password !== '' || searchParams.has('password-file')) {
    return 'redis-benchmark is run only against a server without TLS and password'
  }
  return null
}

/**
 * Registers identities `user-<12 digits>` by the script that the store uses. It draws a number for
 * each part of a request, so a hash's key and its `id` differ; the cost to the server is the same.
 * @returns ms per request: the inverse of the reported throughput.
 */
export async function runRedisBenchmark(options: RedisBenchmark): Promise<number> {
  const { redisUrl, scriptSha1, namespace, metadataJson, identities, requests, clients } = options
  const { hostname, port, pathname } = new URL(redisUrl)
  const keys = keysOf(namespace)
  const identity = 'user-__rand_int__'
  const script = [scriptSha1, '3', keys.identity(identity), keys.index, keys.log]
  const entry = ['mark-__rand_int__', '10000']
  // The last: it has tended just now, so it tends only as often as every writer does.
  const trustedUntil = `${Date.now() + TRUST_MS / 2}`
  // The last one: without quotas.
  const registration = [identity, metadataJson, '300000', '1', '', ...entry, '', trustedUntil, '']
  const server = ['-h', hostname, '-p', port || '6379', '--dbnum', pathname.slice(1) || '0']
  const load = ['-P', '64', '-c', `${clients}`, '-n', `${requests}`, '-r', `${identities}`]
  const { stdout } = await promisify(execFile)(findProgram('redis-benchmark') ?? '', [
    ...server,
    ...load,
    '--csv',
    'EVALSHA',
    ...script,
    ...registration,
  ])
  // The last line: the command, requests per second, six latencies.
  const perSecond = Number(/"([\d.]+)"(?:,"[\d.]+"){6}\s*$/.exec(stdout)?.[1])
  if (!(perSecond > 0)) throw new Error(`redis-benchmark gave no throughput: ${stdout}`)
  return 1_000 / perSecond
}
