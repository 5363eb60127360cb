import { createHash } from 'node:crypto'
import { takeOptions, text, urls, type Takes } from '../arguments.ts'
import { RegistryError } from '../errors.ts'
import { validateNamespace } from '../identity.ts'
import { compileMetadataSchema } from '../quotas/metadata-schema.ts'
import { burstOf, RATE_NAMES, takeQuotas, type Quotas } from '../quotas/quotas.ts'
import { connectRedis } from './connect-redis.ts'
import { keysOf } from './keys.ts'

/** The text of a limit that isn't set. Every field is always written, so a missing one is a lost one. */
export const NO_LIMIT = 'none'

/** The fields of the hash that stores quotas, and their values. */
export function fieldsOf(quotas: Quotas): Readonly<Record<string, string>> {
  const limits: Record<string, string> = {}
  const set = (name: string, limit: number | undefined) => {
    limits[name] = limit === undefined ? NO_LIMIT : String(limit)
  }
  set('identities', quotas.identities)
  set('maxTtlMs', quotas.maxTtlMs)
  set('connections', quotas.connections)
  set('recipientsPerMulticast', quotas.recipientsPerMulticast)
  for (const name of RATE_NAMES) {
    const perSecond = quotas[`${name}PerSecond`]
    set(`${name}PerSecond`, perSecond)
    const burst = quotas[`${name}Burst`]
    set(`${name}Burst`, perSecond === undefined ? undefined : burstOf(perSecond, burst))
  }
  limits['metadataSchema'] =
    quotas.metadataSchema === undefined ? NO_LIMIT : JSON.stringify(quotas.metadataSchema)
  const version = createHash('sha256').update(JSON.stringify(limits)).digest('hex').slice(0, 16)
  return { version, ...limits }
}

/**
 * The Redis commands by which an administrator sets the quotas of a namespace, each a list of words: the last sets all
 * limits at once; the others begin the count of each rate, unless it has begun.
 * @param isCluster whether Redis is a cluster, where keys have hash tags.
 * @throws RegistryError `INVALID_ARGUMENT`, which says where.
 */
export async function quotaCommands(
  namespace: string,
  quotas: Quotas,
  isCluster = false,
): Promise<readonly (readonly string[])[]> {
  const keys = keysOf(validateNamespace(namespace), isCluster)
  const taken = takeQuotas(quotas)
  if (taken.metadataSchema !== undefined) await compileMetadataSchema(taken.metadataSchema)
  const fields = fieldsOf(taken)
  return [
    ...RATE_NAMES.map((name) => ['HSETNX', keys.spent, name, '0 0']),
    ['HSET', keys.quotas, ...Object.entries(fields).flat()],
  ]
}

/** What to write, and where. */
export interface WriteQuotasOptions {
  /** The Redis, with an administrator's user and password; as in `ConnectOptions`. */
  readonly redisUrl: string | readonly string[]
  readonly namespace: string
  /** They replace all earlier ones; `{}` limits nothing. */
  readonly quotas: Quotas
}

const takes: Takes<WriteQuotasOptions> = {
  redisUrl: (value, where) => (Array.isArray(value) ? urls(value, where) : text(value, where)),
  namespace: validateNamespace,
  quotas: takeQuotas,
}

/**
 * Sets the quotas of a namespace, for an administrator: they are in force at once, in all processes that are connected with
 * `quotas: true`. Registrations that exceed them stay until they expire.
 * @throws RegistryError `INVALID_ARGUMENT`, which says where; `UNAVAILABLE`
 */
export async function writeQuotas(options: WriteQuotasOptions): Promise<void> {
  const { redisUrl, namespace, quotas } = takeOptions(options, 'options', takes)
  if (redisUrl === undefined || namespace === undefined || quotas === undefined) {
    throw new RegistryError('INVALID_ARGUMENT', 'options: needs redisUrl, namespace and quotas')
  }
  const connection = await connectRedis(redisUrl)
  try {
    const commands = await quotaCommands(namespace, quotas, connection.isCluster)
    for (const [command = '', ...words] of commands) {
      await connection.perform((client) => client.call(command, ...words))
    }
  } finally {
    await connection.close()
  }
}
