import { TOLERANCE } from '../quotas/token-bucket.ts'
import type { RateName } from '../quotas/quotas.ts'
import { now, script } from './script.ts'

/*
 * The quotas of a namespace are a hash that only an administrator writes, with a field for each limit; see
 * `stored-quotas.ts`. What was used of its rates is another hash, with a bucket per field. Their keys come as
 * arguments, because Redis takes every key of a script for one that it writes, and a tenant may only read its quotas.
 *
 * Replies to refused calls are `REFUSED <what> [<limit> [<ms until trying again may help>]]`. The parts below return them from the
 * script that they stand in; they are written out rather than called, because functions and lists take longer than the rest.
 */

/**
 * Lua: reads limits into variables of their names, nil if not limited. A limit that is no number refuses.
 * @param key expression for the key of the quotas.
 * @param version expression for the version that the caller knows, to refuse another one; '' for any.
 */
export const readQuotas = (key: string, version: string, names: readonly string[]): string => `
local quotas = try('HMGET', ${key}, 'version', ${names.map((name) => `'${name}'`).join(', ')})
if quotas.err then return 'REFUSED UNREADABLE ' .. quotas.err end
if not (${['version', ...names].map((_, at) => `quotas[${at + 1}]`).join(' and ')}) then
  return (${['version', ...names].map((_, at) => `quotas[${at + 1}]`).join(' or ')}) and 'REFUSED CORRUPT its fields' or 'REFUSED ABSENT'
end
${version === '' ? '' : `if quotas[1] ~= ${version} then return 'REFUSED CHANGED' end`}
${names.map((name, at) => readLimit(name, `quotas[${at + 2}]`)).join('')}`

const readLimit = (name: string, text: string): string => `
if ${text} ~= 'none' then
  ${name} = tonumber(${text})
  if not (${name} and ${name} >= 0 and ${name} <= 1e13) then return 'REFUSED CORRUPT ${name}' end
end`

/** A cost: a Lua expression. */
interface Cost {
  readonly rate: RateName
  readonly amount: string
}

/**
 * Lua: takes costs from buckets, all or none. `token-bucket.ts` has the law. A bucket is `used µs`, of which
 * `used` is in millionths, rounded up. One that was lost
 * or is corrupt counts as used up, so that losing it gains nothing.
 * @param key expression for the key of the buckets.
 */
export const spend = (key: string, costs: readonly Cost[]): string => `
if ${costs.map(({ rate }) => `${rate}PerSecond`).join(' or ')} then
  local nowUs = time[1] * 1000000 + microseconds
  local found = try('HMGET', ${key}, ${costs.map(({ rate }) => `'${rate}'`).join(', ')})
  if found.err then return 'REFUSED UNREADABLE ' .. found.err end
  local ${costs.map(({ rate }) => rate).join(', ')}${costs.map((cost, at) => take(key, cost, `found[${at + 1}]`)).join('')}
  local set${costs.map(({ rate }) => `\n  if ${rate} then set = try('HSET', ${key}, '${rate}', ${rate}) end`).join('')}
  if type(set) == 'table' then return 'REFUSED UNREADABLE ' .. set.err end
end`

const take = (key: string, { rate, amount }: Cost, text: string): string => `
  if ${rate}PerSecond then
    local rate, burst = ${rate}PerSecond, ${rate}Burst
    if not burst then return 'REFUSED CORRUPT ${rate}Burst' end
    local used, since = string.match(${text} or '', '^(%d+) (%d+)$')
    used, since = tonumber(used or ''), tonumber(since or '')
    if not used or not since then used, since = math.huge, math.huge end
    used = math.min(used / 1000000, burst)
    if since > nowUs then
      -- Also after the clock was set back: a refusal must not leave a bucket that gives nothing until then.
      call('HSET', ${key}, '${rate}', string.format('%d %d', math.ceil(used * 1000000), nowUs))
    else
      used = used - (nowUs - since) * rate / 1000000
      if used < 0 then used = 0 end
    end
    used = used + ${amount}
    if used > burst + ${TOLERANCE} then
      if ${amount} > burst or rate == 0 then
        return string.format('REFUSED QUOTA_EXCEEDED ${rate} %.17g', burst)
      end
      return string.format('REFUSED RATE_LIMITED ${rate} %.17g %d', rate, math.min(1e15, math.ceil((used - burst) / rate * 1000)))
    end
    ${rate} = string.format('%d %d', math.ceil(used * 1000000), nowUs)
  end`

/** Lua: refuses a TTL (an expression) that is longer than the quota. */
export const checkTtl = (ttl: string): string => `
if maxTtlMs and (${ttl} == 0 or ${ttl} > maxTtlMs) then
  return string.format('REFUSED QUOTA_EXCEEDED maxTtlMs %d', maxTtlMs)
end`

const CHARGED = [
  'recipientsPerMulticast',
  'multicastsPerSecond',
  'multicastsBurst',
  'payloadBytesPerSecond',
  'payloadBytesBurst',
]

/**
 * Charges a multicast before it is sent. KEYS any key of the namespace, because a cluster finds the node by it.
 * ARGV key of the quotas, key of the buckets, number of recipients, bytes of payload. Replies 1, or the refusal.
 */
export const chargeMulticastScript = script(`${now}
local ${CHARGED.join(', ')}${readQuotas('ARGV[1]', '', CHARGED)}
local recipients = ARGV[3] + 0
local bytes = recipients * ARGV[4]
if recipientsPerMulticast and recipients > recipientsPerMulticast then
  return string.format('REFUSED QUOTA_EXCEEDED recipients %d', recipientsPerMulticast)
end${spend('ARGV[2]', [
  { rate: 'multicasts', amount: '1' },
  { rate: 'payloadBytes', amount: 'bytes' },
])}
return 1`)

/**
 * Takes or renews the lease of an open registry. KEYS leases. ARGV key of the quotas, name of the registry, how long a lease lasts in ms.
 * Replies 1, or the refusal. Leases end by the clock of Redis. Who holds one keeps it also under a lower quota. Dropping ended ones
 * comes first, because a script that has freed memory may write when it is full.
 */
export const takeLeaseScript = script(`${now}
local connections${readQuotas('ARGV[1]', '', ['connections'])}
call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now))
local ends = string.format('%d', now + ARGV[3])
-- Taken before the clock was set back.
for _, name in ipairs(call('ZRANGE', KEYS[1], '(' .. ends, '+inf', 'BYSCORE')) do call('ZADD', KEYS[1], ends, name) end
if connections and not call('ZSCORE', KEYS[1], ARGV[2]) and call('ZCARD', KEYS[1]) >= connections then
  local first = tonumber(call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or '')
  return string.format('REFUSED QUOTA_EXCEEDED connections %d', connections) ..
    (first and string.format(' %d', math.ceil(first - now)) or '')
end
call('ZADD', KEYS[1], ends, ARGV[2])
return 1`)
