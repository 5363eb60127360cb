import { createHash } from 'node:crypto'

/** A Lua script that Redis runs atomically. */
export interface Script {
  readonly source: string
  /** By which Redis knows it once it has seen it. */
  readonly sha1: string
}

function script(source: string): Script {
  return { source, sha1: createHash('sha1').update(source).digest('hex') }
}

/** Unix ms by the clock of Redis: the only clock that counts. */
const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/**
 * Whether KEYS[1] is live: as long as `now` is before its `expires_at`. That decides, not whether the
 * key is there: Redis removes keys by a time of its own, a millisecond sooner or later.
 */
const findLive = `
local ends = redis.call('HGET', KEYS[1], 'expires_at')
local isLive = ends and (ends == '0' or tonumber(ends) > now)`

/**
 * A few ended identities leave the index with every write, so it can't outgrow what is live. The log
 * says which, so that whoever reads it later knows that they have ended.
 */
const dropEnded = (mark: string, logCap: string): string => `
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 16)
if #ended > 0 then
  redis.call('ZREM', KEYS[2], unpack(ended))
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ${logCap}, '*', 'expire',
    ${mark} .. '~\\n' .. cjson.encode(ended))
end`

/**
 * KEYS hash, index, log. ARGV id, metadata, TTL in ms, '1' to replace, gateway or '', mark, log cap,
 * most identities, or '' for no limit.
 * Replies [registered_at, expires_at], or an error code.
 */
export const registerScript = script(`${now}${findLive}
if isLive and ARGV[4] ~= '1' then return 'ALREADY_EXISTS' end
if ends then redis.call('DEL', KEYS[1]) end
${dropEnded('ARGV[6]', 'ARGV[7]')}
local most = tonumber(ARGV[8])
if most and not isLive and redis.call('ZCARD', KEYS[2]) >= most
  and redis.call('ZCOUNT', KEYS[2], '(' .. now, '+inf') >= most then
  return 'QUOTA_EXCEEDED'
end
local ttl = tonumber(ARGV[3])
local expires = 0
if ttl > 0 then expires = now + ttl end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'metadata', ARGV[2], 'registered_at', now, 'expires_at', expires)
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'gateway', ARGV[5]) end
if ttl > 0 then
  redis.call('PEXPIREAT', KEYS[1], expires)
  redis.call('ZADD', KEYS[2], expires, ARGV[1])
else
  redis.call('ZADD', KEYS[2], '+inf', ARGV[1])
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[7], '*', 'register',
  string.format('%s\\n%s\\n%.0f\\n%.0f\\n%s\\n', ARGV[6], ARGV[1], expires, now, ARGV[5]) .. ARGV[2])
return { now, expires }`)

/**
 * KEYS hash, index, log. ARGV id, TTL in ms, mark, log cap.
 * Replies [registered_at, expires_at], or an error code.
 */
export const heartbeatScript = script(`${now}${findLive}
if not isLive then return 'NOT_FOUND' end
${dropEnded('ARGV[3]', 'ARGV[4]')}
local ttl = tonumber(ARGV[2])
local expires = 0
if ttl > 0 then expires = now + ttl end
local registered = redis.call('HGET', KEYS[1], 'registered_at')
-- Before the expiry: should that be past already, Redis removes the key on the spot.
redis.call('HSET', KEYS[1], 'expires_at', expires)
if ttl > 0 then
  redis.call('PEXPIREAT', KEYS[1], expires)
  redis.call('ZADD', KEYS[2], expires, ARGV[1])
else
  redis.call('PERSIST', KEYS[1])
  redis.call('ZADD', KEYS[2], '+inf', ARGV[1])
end
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[4], '*', 'heartbeat',
  string.format('%s\\n%s\\n%.0f', ARGV[3], ARGV[1], expires))
return { tonumber(registered), expires }`)

/**
 * Names another gateway in the registration that the caller saw, and in no later one. Nothing else of
 * it changes, so its expiry stays the one that Redis counted.
 * KEYS hash, index, log. ARGV id, registered_at and gateway (or '') as seen, new gateway, mark, log cap.
 * Replies whether it names the new gateway: 1 or 0.
 */
export const moveScript = script(`${now}${findLive}
if not isLive then return 0 end
local found = redis.call('HMGET', KEYS[1], 'registered_at', 'gateway')
if found[1] ~= ARGV[2] then return 0 end
local gateway = found[2] or ''
if gateway == ARGV[4] then return 1 end
if gateway ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'gateway', ARGV[4])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[6], '*', 'move',
  ARGV[5] .. '\\n' .. ARGV[1] .. '\\n\\n\\n' .. ARGV[4])
return 1`)

/** KEYS hash, index, log. ARGV id, mark, log cap. Replies whether there was a live one: 1 or 0. */
export const unregisterScript = script(`${now}${findLive}
-- One that has ended stays in the index until the log says so.
if not isLive then return 0 end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], '*', 'unregister', ARGV[2] .. '\\n' .. ARGV[1])
return 1`)

/**
 * The time and what the log says from a position on, both of one instant.
 * KEYS log. ARGV stream id to begin at, or '-'; most entries. Replies Unix ms, and then each entry as
 * one text of lines: stream id, kind, and those of the entry; of the first one, which is known
 * already, the mark only. Nested replies would cost both sides half as much again.
 */
export const readLogScript = script(`${now}
local reply = { now }
for at, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
  local lines = entry[2][2]
  if at == 1 then lines = string.match(lines, '[^\\n]*') end
  reply[at + 1] = entry[1] .. '\\n' .. entry[2][1] .. '\\n' .. lines
end
return reply`)

/** KEYS index. Replies the identities in it that have ended. */
export const endedScript = script(`${now}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)`)

/** KEYS hashes. ARGV fields. Replies the values of each hash's fields, nil where it has none. */
export const readHashesScript = script(`
local hashes = {}
for at = 1, #KEYS do hashes[at] = redis.call('HMGET', KEYS[at], unpack(ARGV)) end
return hashes`)

/** KEYS index, log, one hash an identity. ARGV the ids as a JSON array, mark, log cap, each id. */
export const clearScript = script(`
for at = 3, #KEYS do redis.call('DEL', KEYS[at]) end
redis.call('ZREM', KEYS[1], unpack(ARGV, 4))
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', 'clear', ARGV[2] .. '\\n' .. ARGV[1])
return #KEYS - 2`)

/** Ends the bookkeeping of a namespace that is empty. KEYS index, log. Replies 1, or 0 if it is not empty. */
export const dropBookkeepingScript = script(`
if redis.call('ZCARD', KEYS[1]) > 0 then return 0 end
redis.call('DEL', KEYS[2])
return 1`)
