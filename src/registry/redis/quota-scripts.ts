import { TOLERANCE } from '../quotas/token-bucket.ts'
import { now, script } from './script.ts'

/*
 * The quotas of a namespace are a hash that only an administrator writes, with a field for each limit; see
 * `stored-quotas.ts`. What was used of its rates is another hash, with a bucket per field. Their keys come as
 * arguments, because Redis takes every key of a script for one that it writes, and a tenant may only read its quotas.
 *
 * Replies to refused calls are `REFUSED <what> [<limit> [<ms until trying again may help>]]`.
 */

/**
 * Lua: `readQuotas(key, version, …)` returns the limits of these names, without those that aren't limited, or nil and the refusal.
 * `version` is what the caller knows; '' for any. A limit that is no number refuses.
 */
export const readQuotas = `
local function readQuotas(key, version, ...)
  local names = { ... }
  local found = try('HMGET', key, 'version', ...)
  if found.err then return nil, 'REFUSED UNREADABLE ' .. found.err end
  local limits, missing = {}, found[1] and 0 or 1
  for at, name in ipairs(names) do
    local text = found[at + 1]
    if not text then
      missing = missing + 1
    elseif text ~= 'none' then
      local limit = tonumber(text)
      if not limit or not (limit >= 0 and limit <= 1e13) then return nil, 'REFUSED CORRUPT ' .. name end
      limits[name] = limit
    end
  end
  if missing > 0 then
    return nil, missing == #names + 1 and 'REFUSED ABSENT' or 'REFUSED CORRUPT its fields'
  end
  if version ~= '' and version ~= found[1] then return nil, 'REFUSED CHANGED' end
  return limits
end`

/**
 * Lua: `spend(key, limits, costs)` takes costs, by the name of a rate, from buckets; all or none. Returns the refusal, if any.
 * `token-bucket.ts` has the law. A bucket is `used µs`. One that was lost or is corrupt counts as used up, so that losing it gains nothing.
 */
export const spend = `
local function spend(key, limits, costs)
  local names, nowUs = {}, time[1] * 1000000 + microseconds
  for _, cost in ipairs(costs) do
    if limits[cost[1] .. 'PerSecond'] then names[#names + 1] = cost[1] end
  end
  if #names == 0 then return end
  local found = try('HMGET', key, unpack(names))
  if found.err then return 'REFUSED UNREADABLE ' .. found.err end
  local fields, at = {}, 0
  for _, cost in ipairs(costs) do
    local name, amount = cost[1], cost[2]
    local rate, burst = limits[name .. 'PerSecond'], limits[name .. 'Burst']
    if rate then
      at = at + 1
      if not burst then return 'REFUSED CORRUPT ' .. name .. 'Burst' end
      local used, since = string.match(found[at] or '', '^(%d[%d.]*) (%d+)$')
      used, since = tonumber(used or ''), tonumber(since or '')
      if not used or not since then used, since = burst, math.huge end
      -- Also after the clock was set back: a refusal must not leave a bucket that gives nothing until then.
      if since > nowUs then
        used, since = math.min(used, burst), nowUs
        call('HSET', key, name, string.format('%.9f %.0f', used, since))
      end
      local back = math.max(0, nowUs - since)
      local total = math.max(0, math.min(used, burst) - back * rate / 1000000) + amount
      if total > burst + ${TOLERANCE} then
        if amount > burst or rate == 0 then
          return 'REFUSED QUOTA_EXCEEDED ' .. name .. ' ' .. string.format('%.17g', burst)
        end
        return 'REFUSED RATE_LIMITED ' .. name .. ' ' .. string.format('%.17g', rate) .. ' ' ..
          string.format('%d', math.min(1e15, math.ceil((total - burst) / rate * 1000)))
      end
      fields[#fields + 1] = name
      fields[#fields + 1] = string.format('%.9f %.0f', total, nowUs)
    end
  end
  local set = try('HSET', key, unpack(fields))
  if type(set) == 'table' then return 'REFUSED UNREADABLE ' .. set.err end
end`

/** Lua: refuses a TTL (an expression) that is longer than the quota. */
export const checkTtl = (ttl: string): string => `
  if limits.maxTtlMs and (${ttl} == 0 or ${ttl} > limits.maxTtlMs) then
    return 'REFUSED QUOTA_EXCEEDED maxTtlMs ' .. string.format('%d', limits.maxTtlMs)
  end`

/**
 * Charges a multicast before it is sent. KEYS any key of the namespace, because a cluster finds the node by it.
 * ARGV key of the quotas, key of the buckets, number of recipients, bytes of payload. Replies 1, or the refusal.
 */
export const chargeMulticastScript = script(`${now}${readQuotas}${spend}
local limits, refusal = readQuotas(ARGV[1], '', 'recipientsPerMulticast', 'multicastsPerSecond', 'multicastsBurst',
  'payloadBytesPerSecond', 'payloadBytesBurst')
if refusal then return refusal end
local recipients = ARGV[3] + 0
if limits.recipientsPerMulticast and recipients > limits.recipientsPerMulticast then
  return 'REFUSED QUOTA_EXCEEDED recipients ' .. string.format('%d', limits.recipientsPerMulticast)
end
return spend(ARGV[2], limits, { { 'multicasts', 1 }, { 'payloadBytes', recipients * ARGV[4] } }) or 1`)

/**
 * Takes or renews the lease of an open registry. KEYS leases. ARGV key of the quotas, name of the registry, how long a lease lasts in ms.
 * Replies 1, or the refusal. Leases end by the clock of Redis. Who holds one keeps it also under a lower quota. Dropping ended ones
 * comes first, because a script that has freed memory may write when it is full.
 */
export const takeLeaseScript = script(`${now}${readQuotas}
local limits, refusal = readQuotas(ARGV[1], '', 'connections')
if refusal then return refusal end
call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now))
local most = limits.connections
if most and not call('ZSCORE', KEYS[1], ARGV[2]) and call('ZCARD', KEYS[1]) >= most then
  local ends = tonumber(call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or '')
  return 'REFUSED QUOTA_EXCEEDED connections ' .. string.format('%d', most) ..
    (ends and ' ' .. string.format('%d', math.min(1e15, math.ceil(ends - now))) or '')
end
call('ZADD', KEYS[1], string.format('%d', now + ARGV[3]), ARGV[2])
return 1`)
