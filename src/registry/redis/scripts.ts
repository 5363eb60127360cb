import { SUSPECT } from './read-scripts.ts'
import { appendLog, now, REMOVAL_SLACK_MS, script } from './script.ts'

/**
 * Whether KEYS[1] is live: as long as `now` is before its `expires_at`. That decides, not whether the
 * key is there: Redis removes keys by a time of its own, a millisecond sooner or later. What holds no
 * number there is no registration.
 */
const findLive = `
local ends = tonumber(redis.call('HGET', KEYS[1], 'expires_at') or '')
local isLive = ends and (ends == 0 or ends > now)`

/**
 * A few ended identities leave the index with every write, so it can't outgrow what is live. Their
 * hashes are gone, or go with them: if the clock is ahead, and set right later, nothing may be live
 * again that the index no longer has. Where a hash is there, it decides. The log says which they are,
 * so that later readers know that they have expired. ARGV[1] is the id.
 */
const dropEnded = (mark: string, logCap: string): string => `
local ended = redis.call('ZRANGEBYSCORE', KEYS[2], '(-inf', now - ${REMOVAL_SLACK_MS}, 'LIMIT', 0, 16)
if #ended > 0 then
  local prefix = string.sub(KEYS[1], 1, #KEYS[1] - #ARGV[1])
  local keys = {}
  for at, id in ipairs(ended) do keys[at] = prefix .. id end
  if redis.call('EXISTS', unpack(keys)) > 0 then
    local gone = {}
    for at, id in ipairs(ended) do
      local text = redis.pcall('HGET', keys[at], 'expires_at')
      local ends = type(text) == 'string' and tonumber(text)
      if ends and (ends == 0 or ends > now) then
        redis.call('ZADD', KEYS[2], ends == 0 and '+inf' or ends, id)
      else
        -- What Redis would do itself, and did not, e.g. since the key was made to persist.
        if ends then redis.call('DEL', keys[at]) end
        gone[#gone + 1] = id
      end
    end
    ended = gone
  end
  if #ended > 0 then
    redis.call('ZREM', KEYS[2], unpack(ended))
    appendLog(KEYS[3], ${logCap}, 'expire',
      ${mark} .. '~\\n' .. cjson.encode(ended))
  end
end`

/**
 * `logRegistration(mark, cap)`: the live KEYS[1] was missing from the index, so readers may lack it, and
 * the index may lack others. ARGV[1] is the id.
 */
const logRegistration = `
local function logRegistration(mark, cap)
  redis.call('ZADD', KEYS[2], '-inf', '${SUSPECT}')
  local values = redis.call('HMGET', KEYS[1], 'expires_at', 'registered_at', 'gateway', 'metadata')
  for at = 1, 4 do values[at] = values[at] or '' end
  appendLog(KEYS[3], cap, 'register',
    mark .. '\\n' .. ARGV[1] .. '\\n' .. table.concat(values, '\\n'))
end`

/** `dropLost(mark, cap)`: KEYS[1] has no record; if it should, it is lost, and readers may still have it. ARGV[1] is the id. */
const dropLost = `
local function dropLost(mark, cap)
  local listed = redis.call('ZSCORE', KEYS[2], ARGV[1])
  if listed and tonumber(listed) > now + ${REMOVAL_SLACK_MS} then
    redis.call('ZREM', KEYS[2], ARGV[1])
    appendLog(KEYS[3], cap, 'unregister', mark .. '\\n' .. ARGV[1])
  end
end`

/**
 * KEYS hash, index, log. ARGV id, metadata, TTL in ms, '1' to replace, gateway or '', mark, log cap,
 * most identities, or '' for no limit.
 * Replies [registered_at, expires_at], or an error code.
 */
export const registerScript = script(`${appendLog}${now}${findLive}
if isLive and ARGV[4] ~= '1' then
  if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then${logRegistration}
    redis.call('ZADD', KEYS[2], ends == 0 and '+inf' or ends, ARGV[1])
    logRegistration(ARGV[6], ARGV[7])
  end
  return 'ALREADY_EXISTS'
end
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
local new = redis.call('HSET', KEYS[1], 'id', ARGV[1], 'metadata', ARGV[2], 'registered_at', now, 'expires_at', expires)
-- Fewer fields are new: it held something without a time, which must leave nothing behind.
if new < 4 then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'id', ARGV[1], 'metadata', ARGV[2], 'registered_at', now, 'expires_at', expires)
end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'gateway', ARGV[5]) end
if ttl > 0 then
  redis.call('PEXPIREAT', KEYS[1], expires)
  redis.call('ZADD', KEYS[2], expires, ARGV[1])
else
  redis.call('ZADD', KEYS[2], '+inf', ARGV[1])
end
-- Alone in an index that may have been lost, since there is a log.
if redis.call('ZCARD', KEYS[2]) == 1 and redis.call('EXISTS', KEYS[3]) == 1 then
  redis.call('ZADD', KEYS[2], '-inf', '${SUSPECT}')
end
appendLog(KEYS[3], ARGV[7], 'register',
  string.format('%s\\n%s\\n%.0f\\n%.0f\\n%s\\n', ARGV[6], ARGV[1], expires, now, ARGV[5]) .. ARGV[2])
return { now, expires }`)

/**
 * KEYS hash, index, log. ARGV id, TTL in ms, mark, log cap.
 * Replies [registered_at, expires_at], or an error code.
 */
export const heartbeatScript = script(`${appendLog}${now}${findLive}
-- Without that time it is corrupt, and no reader lists it.
local registered = isLive and tonumber(redis.call('HGET', KEYS[1], 'registered_at') or '')
if not registered or not (registered >= 0) then
  if not ends then${dropLost}
    dropLost(ARGV[3], ARGV[4])
  end
  return 'NOT_FOUND'
end
${dropEnded('ARGV[3]', 'ARGV[4]')}
local ttl = tonumber(ARGV[2])
local expires = 0
if ttl > 0 then expires = now + ttl end
redis.call('HSET', KEYS[1], 'expires_at', expires)
if redis.call('ZADD', KEYS[2], ttl > 0 and expires or '+inf', ARGV[1]) == 1 then${logRegistration}
  logRegistration(ARGV[3], ARGV[4])
else
  appendLog(KEYS[3], ARGV[4], 'heartbeat',
    string.format('%s\\n%s\\n%.0f', ARGV[3], ARGV[1], expires))
end
-- Last: should it be past already, Redis removes the key on the spot.
if ttl > 0 then
  redis.call('PEXPIREAT', KEYS[1], expires)
else
  redis.call('PERSIST', KEYS[1])
end
return { registered, expires }`)

/**
 * Names another gateway in the registration that the caller saw, and in no later one. Nothing else of
 * it changes, so its expiry stays the one that Redis counted.
 * KEYS hash, index, log. ARGV id, registered_at and gateway (or '') as seen, new gateway, mark, log cap.
 * Replies whether it names the new gateway: 1 or 0.
 */
export const moveScript = script(`${appendLog}${now}${findLive}
if not isLive then
  if not ends then${dropLost}
    dropLost(ARGV[5], ARGV[6])
  end
  return 0
end
local found = redis.call('HMGET', KEYS[1], 'registered_at', 'gateway')
if found[1] ~= ARGV[2] then return 0 end
local gateway = found[2] or ''
if gateway == ARGV[4] then return 1 end
if gateway ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'gateway', ARGV[4])
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then${logRegistration}
  redis.call('ZADD', KEYS[2], ends == 0 and '+inf' or ends, ARGV[1])
  logRegistration(ARGV[5], ARGV[6])
  return 1
end
appendLog(KEYS[3], ARGV[6], 'move',
  ARGV[5] .. '\\n' .. ARGV[1] .. '\\n\\n\\n' .. ARGV[4])
return 1`)

/** KEYS hash, index, log. ARGV id, mark, log cap. Replies whether there was a live one: 1 or 0. */
export const unregisterScript = script(`${appendLog}${now}${findLive}
if not ends then
  -- Perhaps something without a time, which readers may have as it was.
  redis.call('DEL', KEYS[1])${dropLost}
  dropLost(ARGV[2], ARGV[3])
  return 0
end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
if not isLive then
  appendLog(KEYS[3], ARGV[3], 'expire',
    ARGV[2] .. '\\n' .. cjson.encode({ ARGV[1] }))
  return 0
end
appendLog(KEYS[3], ARGV[3], 'unregister', ARGV[2] .. '\\n' .. ARGV[1])
return 1`)

/** KEYS index, log, one hash an identity. ARGV the ids as a JSON array, mark, log cap, each id. */
export const clearScript = script(`${appendLog}
for at = 3, #KEYS do redis.call('DEL', KEYS[at]) end
redis.call('ZREM', KEYS[1], unpack(ARGV, 4))
appendLog(KEYS[2], ARGV[3], 'clear', ARGV[2] .. '\\n' .. ARGV[1])
return #KEYS - 2`)

/**
 * Clears as many identities as ARGV says of those in the index, whose keys are found here: what is in
 * the index may be no text that a caller could give back. With the last of them goes the bookkeeping,
 * at the same instant, so writers that go on can't keep it from ending.
 * KEYS index, log. ARGV what the keys of identities begin with, mark, log cap, most identities.
 * Replies whether there are more: 1 or 0.
 */
export const clearIndexedScript = script(`${appendLog}
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '(-inf', '+inf', 'LIMIT', 0, ARGV[4])
local keys = {}
for at, id in ipairs(ids) do keys[at] = ARGV[1] .. id end
if #keys > 0 then redis.call('DEL', unpack(keys)) end
if #ids < tonumber(ARGV[4]) then
  redis.call('DEL', KEYS[1], KEYS[2])
  return 0
end
redis.call('ZREM', KEYS[1], unpack(ids))
appendLog(KEYS[2], ARGV[3], 'clear', ARGV[2] .. '\\n' .. cjson.encode(ids))
return 1`)
