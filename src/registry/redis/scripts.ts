import { checkTtl, readQuotas, spend } from './quota-scripts.ts'
import { SUSPECT } from './read-scripts.ts'
import { append, appendLog, now, REMOVAL_SLACK_MS, script } from './script.ts'
import { decideTending, keepFor, MAX_LOGGED_BYTES, tend } from './tending.ts'

/*
 * The cost of a write is its commands: each takes about 0.5 µs besides its work, more than all the Lua
 * between them. Commands get numbers as text, because Redis would write them with 17 digits.
 */

/**
 * Lua: whether KEYS[1] is live, by its `expires_at` (`text`): while `now` is before it. The existence of the
 * key doesn't decide, because Redis removes keys by its own clock reading, some ms before or after. A key
 * without a number there is not a registration.
 */
const findLive = (text: string): string => `
local ends = tonumber(${text} or '')
local isLive = ends and (ends == 0 or ends > now)`

/** Lua: adds KEYS[1] to the index. `ends` is its `expires_at`. */
const addToIndex = `
call('ZADD', KEYS[2], ends == 0 and '+inf' or ends, ARGV[1])
call('PERSIST', KEYS[2])
call('PERSIST', KEYS[3])`

/**
 * Lua: `logRegistration(mark)`, for a live KEYS[1] that was missing from the index: readers may lack it, and
 * the index may lack others. ARGV[1] is the id.
 */
const logRegistration = `
local function logRegistration(mark)
  call('ZADD', KEYS[2], '-inf', '${SUSPECT}')
  local values = call('HMGET', KEYS[1], 'expires_at', 'registered_at')
  appendLog(KEYS[3], 'large', mark .. '\\n' .. ARGV[1] .. '\\n' .. (values[1] or '') .. '\\n' .. (values[2] or ''))
end`

/** Lua: `dropLost(mark)`, for a KEYS[1] without a record: if it should have one, it is lost, and readers may still hold it. ARGV[1] is the id. */
const dropLost = `
local function dropLost(mark)
  local listed = call('ZSCORE', KEYS[2], ARGV[1])
  if listed and tonumber(listed) > now + ${REMOVAL_SLACK_MS} then
    call('ZREM', KEYS[2], ARGV[1])
    appendLog(KEYS[3], 'unregister', mark .. '\\n' .. ARGV[1])
  end
end`

/**
 * KEYS hash, index, log. ARGV id, metadata, TTL in ms, '1' to replace, gateway or '', mark, log cap,
 * maximum number of identities, or '' for no limit, until when not to tend (Unix ms), key of the quotas, or '' for none,
 * key of their buckets, version of the quotas that the caller knows.
 * Replies registered_at, an error code or a refusal; after tending, [registered_at, whether the next write should too].
 */
export const registerScript = script(`${now}
local identities, maxTtlMs, registrationsPerSecond, registrationsBurst
if ARGV[10] ~= '' then${readQuotas('ARGV[10]', 'ARGV[12]', [
  'identities',
  'maxTtlMs',
  'registrationsPerSecond',
  'registrationsBurst',
])}
end
local isLive = false
-- 1 for the index, and 2 for the record. A replacing write needs neither, unless there is a limit.
local found = (ARGV[4] ~= '1' or ARGV[8] ~= '') and call('EXISTS', KEYS[2], KEYS[1], KEYS[1])
if found and found >= 2 then
  local ends = tonumber(call('HGET', KEYS[1], 'expires_at') or '')
  isLive = ends and (ends == 0 or ends > now)
  if isLive and ARGV[4] ~= '1' then
    if not call('ZSCORE', KEYS[2], ARGV[1]) then${appendLog}${logRegistration}${addToIndex}
      logRegistration(ARGV[6])
    end
    return 'ALREADY_EXISTS'
  end
end
if ARGV[8] ~= '' and not isLive then
  local most = tonumber(ARGV[8])
  if call('ZCARD', KEYS[2]) >= most and call('ZCOUNT', KEYS[2], '(' .. now, '+inf') >= most then
    return 'QUOTA_EXCEEDED'
  end
end
local ttl = ARGV[3] + 0
if ARGV[10] ~= '' then${checkTtl('ttl')}
  if identities and not isLive and call('ZCARD', KEYS[2]) >= identities and call('ZCOUNT', KEYS[2], '(' .. now, '+inf') >= identities then
    -- A replacing write has not looked yet.
    local ends = tonumber(call('HGET', KEYS[1], 'expires_at') or '')
    if not ends or ends ~= 0 and ends <= now then
      local first = call('ZRANGE', KEYS[2], '(' .. now, '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
      local left = (tonumber(first[2] or '') or math.huge) - now
      return string.format('REFUSED QUOTA_EXCEEDED identities %d', identities) ..
        (left < 1e15 and string.format(' %d', math.ceil(left)) or '')
    end
  end${spend('ARGV[11]', [{ rate: 'registrations', amount: '1' }])}
end${decideTending('ARGV[9]', 'ARGV[7]')}
local registered, expires = string.format('%d', now), '0'
if ttl > 0 then expires = string.format('%d', now + ttl) end
local fields, new
if ARGV[5] == '' then
  fields, new = 4, call('HSET', KEYS[1], 'id', ARGV[1], 'metadata', ARGV[2], 'registered_at', registered, 'expires_at', expires)
else
  fields, new = 5, call('HSET', KEYS[1], 'id', ARGV[1], 'metadata', ARGV[2], 'registered_at', registered, 'expires_at', expires, 'gateway', ARGV[5])
end
-- Fewer fields are new: there was a record, perhaps a corrupt one. Its other fields and its expiry must go.
if new < fields and (ttl == 0 or call('HLEN', KEYS[1]) ~= fields) then
  call('DEL', KEYS[1])
  call('HSET', KEYS[1], 'id', ARGV[1], 'metadata', ARGV[2], 'registered_at', registered, 'expires_at', expires)
  if fields == 5 then call('HSET', KEYS[1], 'gateway', ARGV[5]) end
end
if ttl > 0 then call('PEXPIREAT', KEYS[1], expires) end
local added = call('ZADD', KEYS[2], ttl > 0 and expires or '+inf', ARGV[1])
if found == 0 or found == 2 or not found and added == 1 and call('ZCARD', KEYS[2]) == 1 then
  -- The only member: if there is a log, the index may have been lost.
  if call('EXISTS', KEYS[3]) == 1 then call('ZADD', KEYS[2], '-inf', '${SUSPECT}') end
  cap = cap or tonumber(ARGV[7])
end
local kind, text
if #ARGV[2] + #ARGV[5] > ${MAX_LOGGED_BYTES} then
  kind, text = 'large', ARGV[6] .. '\\n' .. ARGV[1] .. '\\n' .. expires .. '\\n' .. registered
else
  kind, text = 'register', ARGV[6] .. '\\n' .. ARGV[1] .. '\\n' .. expires .. '\\n' .. registered .. '\\n' .. ARGV[5] .. '\\n' .. ARGV[2]
end${append('KEYS[3]', 'kind', 'text', 'cap')}${keepFor('ttl', 'expires')}
if cap then${appendLog}${tend}
  return { now, tend(ARGV[1], ARGV[6], cap) }
end
return now`)

/**
 * KEYS hash, index, log. ARGV id, TTL in ms, mark, log cap, until when not to tend (Unix ms), key of the quotas, or '' for none.
 * Replies "registered_at expires_at", because a list would cost Redis more, an error code or a refusal; after tending,
 * [that, now, whether the next write should too].
 */
export const heartbeatScript = script(`${now}
local found = call('HMGET', KEYS[1], 'expires_at', 'registered_at')${findLive('found[1]')}
-- Without that time it is corrupt, and no reader lists it.
local registered = isLive and tonumber(found[2] or '')
if not registered or not (registered >= 0) then
  if not ends then${appendLog}${dropLost}
    dropLost(ARGV[3])
  end
  return 'NOT_FOUND'
end
local ttl = ARGV[2] + 0
if ARGV[6] ~= '' then
  local maxTtlMs${readQuotas('ARGV[6]', '', ['maxTtlMs'])}${checkTtl('ttl')}
end${decideTending('ARGV[5]', 'ARGV[4]')}
local expires = '0'
if ttl > 0 then expires = string.format('%d', now + ttl) end
call('HSET', KEYS[1], 'expires_at', expires)
if call('ZADD', KEYS[2], ttl > 0 and expires or '+inf', ARGV[1]) == 1 then${appendLog}${logRegistration}
  logRegistration(ARGV[3])
  call('PERSIST', KEYS[2])
  call('PERSIST', KEYS[3])
else
  local text = ARGV[3] .. '\\n' .. ARGV[1] .. '\\n' .. expires${append('KEYS[3]', "'heartbeat'", 'text', 'cap')}
end${keepFor('ttl', 'expires')}
-- Last: should it be past already, Redis removes the key on the spot.
if ttl > 0 then
  call('PEXPIREAT', KEYS[1], expires)
else
  call('PERSIST', KEYS[1])
end
if cap then${appendLog}${tend}
  return { found[2] .. ' ' .. expires, now, tend(ARGV[1], ARGV[3], cap) }
end
return found[2] .. ' ' .. expires`)

/**
 * Names another gateway in the registration that the caller saw, and in no later one. Nothing else of
 * it changes, so its expiry stays the one that Redis counted.
 * KEYS hash, index, log. ARGV id, registered_at and gateway (or '') as seen, new gateway, mark, log cap,
 * until when not to tend (Unix ms).
 * Replies whether it has the new gateway, 1 or 0; after tending, [1, now, whether the next write should too].
 */
export const moveScript = script(`${now}
local found = call('HMGET', KEYS[1], 'expires_at', 'registered_at', 'gateway')${findLive('found[1]')}
if not isLive then
  if not ends then${appendLog}${dropLost}
    dropLost(ARGV[5])
  end
  return 0
end
if found[2] ~= ARGV[2] then return 0 end
local gateway = found[3] or ''
if gateway == ARGV[4] then return 1 end
if gateway ~= ARGV[3] then return 0 end${decideTending('ARGV[7]', 'ARGV[6]')}
call('HSET', KEYS[1], 'gateway', ARGV[4])
if not call('ZSCORE', KEYS[2], ARGV[1]) then${appendLog}${logRegistration}${addToIndex}
  logRegistration(ARGV[5])
  return 1
end
local text = ARGV[5] .. '\\n' .. ARGV[1] .. '\\n\\n\\n' .. ARGV[4]${append('KEYS[3]', "'move'", 'text', 'cap')}
if cap then${appendLog}${tend}
  return { 1, now, tend(ARGV[1], ARGV[5], cap) }
end
return 1`)

/**
 * KEYS hash, index, log. ARGV id, mark, log cap, until when not to tend (Unix ms).
 * Replies whether the identity was live, 1 or 0; after tending, [that, now, whether the next write should too].
 */
export const unregisterScript = script(`${now}${findLive("call('HGET', KEYS[1], 'expires_at')")}
call('DEL', KEYS[1])
if not ends then
  -- There may have been a record without a time, which readers may still hold.${appendLog}${dropLost}
  dropLost(ARGV[2])
  return 0
end${decideTending('ARGV[4]', 'ARGV[3]')}
call('ZREM', KEYS[2], ARGV[1])
local kind, text = 'unregister', ARGV[2] .. '\\n' .. ARGV[1]
if not isLive then kind, text = 'expire', ARGV[2] .. '\\n' .. cjson.encode({ ARGV[1] }) end${append('KEYS[3]', 'kind', 'text', 'cap')}
local reply = isLive and 1 or 0
if cap then${appendLog}${tend}
  return { reply, now, tend(ARGV[1], ARGV[2], cap) }
end
return reply`)

/** Clears these identities. KEYS index, log, one hash per identity. ARGV the ids as a JSON array, mark, log cap, each id. */
export const clearScript = script(`${appendLog}
for at = 3, #KEYS do call('DEL', KEYS[at]) end
call('ZREM', KEYS[1], unpack(ARGV, 4))
appendLog(KEYS[2], 'clear', ARGV[2] .. '\\n' .. ARGV[1], ARGV[3])
return #KEYS - 2`)

/**
 * Clears some of the identities in the index. It finds their keys itself, because members of the index may
 * not be valid text. The bookkeeping goes with the last of them, at the same instant, so active writers
 * can't prevent the end.
 * KEYS index, log. ARGV prefix of identities' keys, mark, log cap, maximum number of identities.
 * Replies whether there are more, 1 or 0.
 */
export const clearIndexedScript = script(`${appendLog}
local ids = call('ZRANGE', KEYS[1], '(-inf', '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[4])
local keys = {}
for at, id in ipairs(ids) do keys[at] = ARGV[1] .. id end
if #keys > 0 then call('DEL', unpack(keys)) end
if #ids < tonumber(ARGV[4]) then
  call('DEL', KEYS[1], KEYS[2])
  return 0
end
call('ZREM', KEYS[1], unpack(ids))
appendLog(KEYS[2], 'clear', ARGV[2] .. '\\n' .. cjson.encode(ids), ARGV[3])
return 1`)
