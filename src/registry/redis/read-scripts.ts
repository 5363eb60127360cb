import { MAX_METADATA_BYTES } from '../limits.ts'
import { recordFields } from './record.ts'
import { now, script } from './script.ts'

/**
 * The longest value that a reader accepts, in bytes: the largest `limits.maxMetadataBytes`, and the
 * few lines around it. A longer value was not written by a registry.
 */
export const MAX_VALUE_BYTES = MAX_METADATA_BYTES + 4096

/** Most bytes of values in one reply, which bounds the memory of both sides; at least one value fits. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024

/** Most bytes of log entries in one reply, which bounds how long reading them holds a reader's event loop; at least one fits. */
const MAX_LOG_REPLY_BYTES = 4 * 1024 * 1024

const fields = recordFields.map((name) => `'${name}'`).join(', ')

/**
 * `readHash(key, most)`: the values of a hash's fields; or why it isn't read: 'type' if the key holds
 * something else, 'huge' if it has more bytes than any registration, 'long' if it has more than
 * `most`. And the bytes of it all.
 */
const readHash = `
local function readHash(key, most)
  local values = try('HMGET', key, ${fields})
  if values.err then
    if string.find(values.err, 'WRONGTYPE', 1, true) then return 'type', 0 end
    return values, 0
  end
  local bytes = 0
  for at = 1, #values do if values[at] then bytes = bytes + #values[at] end end
  if bytes > ${MAX_VALUE_BYTES} then return 'huge', 0 end
  if bytes > most then return 'long', 0 end
  return values, bytes
end`

/**
 * `facts()`: what INFO says of eviction, as lines: evicted keys, bytes at most, policy; '' where the
 * user may not ask.
 */
const facts = `
local function facts()
  local stats = try('INFO', 'stats')
  local memory = try('INFO', 'memory')
  if type(stats) ~= 'string' or type(memory) ~= 'string' then return '' end
  return (string.match(stats, 'evicted_keys:(%d+)') or '') .. '\\n' ..
    (string.match(memory, 'maxmemory:(%d+)') or '') .. '\\n' ..
    (string.match(memory, 'maxmemory_policy:([%w-]+)') or '')
end`

/**
 * The time and what the log says from a position on, both of one instant.
 * KEYS log. ARGV stream id to begin at, or '-'; most entries.
 *
 * Replies Unix ms, and then each entry as one text of lines: stream id, kind, and those of the entry;
 * of the first one, which is known already, the mark only. Nested replies would cost both sides half as
 * much again. Last, '' if the log goes on and the reply would be too long.
 *
 * A registration that is too large for the log is given as the record has it at this instant, once, with
 * the entry that names it first, whose kind is then `record`. What has happened to the identity since is in the log too, so at
 * the log's end it makes no difference that this may be newer than the entry.
 *
 * With checks, KEYS are also a key that doesn't exist and hashes, ARGV also the most bytes of a hash and
 * '1' to ask for facts. Then the first reply is a list: Unix ms, facts of eviction, and each hash as by `readHash`. Fails on a
 * replica, which may lag behind its master: only a write tells a script where it runs.
 */
export const readLogScript = script(`${now}${readHash}
local reply = { now }
if #KEYS > 1 then${facts}
  local probe = try('DEL', KEYS[2])
  if type(probe) == 'table' and string.find(probe.err, 'READONLY', 1, true) then return probe end
  local checks = { now, ARGV[4] == '1' and facts() or '' }
  for at = 3, #KEYS do checks[at] = readHash(KEYS[at], tonumber(ARGV[3])) end
  reply[1] = checks
end
local bytes = 0
local given = {}
-- The log's key ends with "~log".
local prefix = string.sub(KEYS[1], 1, -5)
local function registered(lines)
  local mark, id = string.match(lines, '^([^\\n]*)\\n([^\\n]*)\\n')
  if not id or given[id] then return end
  local values = readHash(prefix .. id, ${MAX_VALUE_BYTES})
  if type(values) ~= 'table' or values.err or values[1] ~= id then return end
  given[id] = true
  return mark .. '\\n' .. id .. '\\n' .. (values[4] or '') .. '\\n' .. (values[3] or '') .. '\\n' ..
    (values[5] or '') .. '\\n' .. (values[2] or '')
end
for at, entry in ipairs(call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])) do
  local kind, lines = entry[2][1], entry[2][2]
  if kind == 'large' and at > 1 then
    local now = registered(lines)
    if now then kind, lines = 'record', now end
  end
  if at == 1 or #lines > ${MAX_VALUE_BYTES} then
    lines = string.match(string.sub(lines, 1, 64), '[^\\n]*')
  else
    bytes = bytes + #lines
    if bytes > ${MAX_LOG_REPLY_BYTES} and at > 2 then
      reply[at + 1] = ''
      break
    end
  end
  if #kind > 64 then kind = string.sub(kind, 1, 64) end
  -- No kind of ours has any: they would make the lines that follow be taken for others.
  if string.find(kind, '\\n', 1, true) then kind = string.gsub(kind, '\\n', ' ') end
  reply[at + 1] = entry[1] .. '\\n' .. kind .. '\\n' .. lines
end
return reply`)

/** The facts of eviction, as by `facts`. No keys. */
export const readFactsScript = script(`${facts}
return facts()`)

/** Scored lowest in the index, it marks that a SCAN has found the index complete. */
export const VERIFIED = '~verified'

/** Also scored lowest, it marks that the index was found to lack a registration since. */
export const SUSPECT = '~suspect'

/** Also scored lowest, it keeps an index in being that holds no identities; one that is missing has been lost. */
export const KEPT = '~kept'

/**
 * The state of a namespace's bookkeeping. KEYS index, log. ARGV '1' to ask for facts of eviction.
 * Replies the log's last entry as lines of stream id and mark, or nil; whether there is an index;
 * whether it is verified; whether it is suspect; keys of the database, or -1 where the user may not ask; facts of eviction.
 */
export const readBookkeepingScript = script(`${facts}
local last = call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
local size = try('DBSIZE')
return {
  last and last[1] .. '\\n' .. string.match(string.sub(last[2][2], 1, 64), '[^\\n]*') or false,
  call('EXISTS', KEYS[1]),
  call('ZSCORE', KEYS[1], '${VERIFIED}') and 1 or 0,
  call('ZSCORE', KEYS[1], '${SUSPECT}') and 1 or 0,
  type(size) == 'number' and size or -1,
  ARGV[1] == '1' and facts() or '',
}`)

/**
 * A part of the index with the records. KEYS index. ARGV cursor, about how many, prefix of the keys of
 * records, which are on the same server.
 *
 * Replies the next cursor, and for each member that is not bookkeeping two texts: the member, without its
 * end if it is longer than an identity can be; and lines of registered_at, expires_at, gateway (empty for none)
 * and metadata. A record that is missing, of another form, or more than fits is left out: its text
 * is '?' and the score of the member. One text for each record, for nested replies cost both sides half as much again.
 */
export const readIndexedScript = script(`
local page = call('ZSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
local members, prefix = page[2], ARGV[3]
local reply, last, left = { page[1] }, 1, ${MAX_REPLY_BYTES}
for at = 1, #members, 2 do
  local member, score = members[at], members[at + 1]
  if score ~= '-inf' then
    local record = try('HMGET', prefix .. member, ${fields})
    local id, metadata, registered, expires, gateway =
      record[1], record[2], record[3], record[4], record[5] or ''
    local text
    if id == member and metadata and registered and expires and
      #registered < 32 and #expires < 32 and #gateway < 2048 and #metadata < left then
      text = registered .. '\\n' .. expires .. '\\n' .. gateway
      -- A line break of another's would make the lines that follow be taken for others.
      local _, breaks = string.gsub(text, '\\n', '')
      text = breaks == 2 and text .. '\\n' .. metadata
    end
    if text then
      left = left - #text
    else
      text = '?' .. score
    end
    reply[last + 1] = string.sub(member, 1, 300)
    reply[last + 2] = text
    last = last + 2
  end
end
return reply`)

/**
 * KEYS hashes. ARGV most bytes of a hash. Replies Unix ms and each hash as by `readHash`; fewer than
 * were asked for if the reply would be too long.
 */
export const readHashesScript = script(`${now}${readHash}
local reply, total = { now }, 0
for at = 1, #KEYS do
  local hash, bytes = readHash(KEYS[at], tonumber(ARGV[1]))
  if type(hash) == 'table' and hash.err then return hash end
  total = total + bytes
  if at > 1 and total > ${MAX_REPLY_BYTES} then break end
  reply[at + 1] = hash
end
return reply`)

/**
 * Identities in the index that have expired, those that ended first first. KEYS index. ARGV the score to
 * begin at, most identities. Replies each with its score.
 */
export const endedScript = script(`${now}
return call('ZRANGE', KEYS[1], ARGV[1], now, 'BYSCORE', 'LIMIT', 0, ARGV[2], 'WITHSCORES')`)
