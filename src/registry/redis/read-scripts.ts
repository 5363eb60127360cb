import { MAX_METADATA_BYTES } from '../limits.ts'
import { recordFields } from './record.ts'
import { now, script } from './script.ts'

/**
 * Maximum size of a value that a reader accepts, in bytes: the largest `limits.maxMetadataBytes` plus a few
 * lines. No registry writes a longer value.
 */
export const MAX_VALUE_BYTES = MAX_METADATA_BYTES + 4096

/** Maximum size of values in one reply, in bytes, which bounds the memory of both sides; one value always fits. */
const MAX_REPLY_BYTES = 32 * 1024 * 1024

/** Maximum size of log entries in one reply, in bytes, which bounds how long parsing blocks the event loop; one always fits. */
const MAX_LOG_REPLY_BYTES = 4 * 1024 * 1024

const fields = recordFields.map((name) => `'${name}'`).join(', ')

/**
 * Lua: `readHash(key, most)` returns the values of a hash's fields, or why it isn't read: 'type' if the key
 * has another type, 'huge' if it is larger than any registration, 'long' if it has more than `most` bytes.
 * The second result is its size in bytes.
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
 * Lua: `facts()` returns facts of eviction from INFO, as lines: evicted keys, maxmemory in bytes, policy; ''
 * without permission.
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
 * Reads the time and the log from a position on, at one instant.
 * KEYS log. ARGV stream id to begin at, or '-'; maximum number of entries.
 *
 * Replies Unix ms, then each entry as one text of lines: stream id, kind, and the entry's lines; for the
 * first entry, which is already known, only the mark. Nested replies would cost both sides 50 % more. The
 * last element is '' if the reply was cut because of its size.
 *
 * A registration that is too large for the log is read from its record, once, at the first entry that names
 * it, whose kind becomes `record`. The record may be newer than the entry, which makes no difference at the
 * log's end, because the log has all later changes too.
 *
 * With checks, KEYS also has a key that doesn't exist, and hashes; ARGV also has the maximum size of a hash,
 * '1' to ask for facts, and '1' to ask for the log's length. Then the first reply is a list: Unix ms, facts of eviction, the log's length (nil if not
 * asked, or without permission), each hash as from `readHash`, and why the key could not be deleted, if so. Fails on a replica, which may lag behind its master: only a write tells a script where it
 * runs.
 */
export const readLogScript = readLog(`
  local probe = try('DEL', KEYS[2])
  if type(probe) == 'table' then
    if string.find(probe.err, 'READONLY', 1, true) then return probe end
    refusal = probe.err
  end`)

/** As `readLogScript`, but it also runs on a replica. */
export const readLogFunctionBody = readLog('')

function readLog(probe: string): string {
  return script(`${now}${readHash}
local reply = { now }
if #KEYS > 1 then${facts}
  local refusal${probe}
  local length = ARGV[5] == '1' and try('XLEN', KEYS[1])
  local checks = { now, ARGV[4] == '1' and facts() or '', type(length) == 'number' and length or false }
  for at = 3, #KEYS do checks[at + 1] = readHash(KEYS[at], tonumber(ARGV[3])) end
  if refusal then checks[#KEYS + 2] = refusal end
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
  -- Our kinds have no line breaks, which would shift the following lines.
  if string.find(kind, '\\n', 1, true) then kind = string.gsub(kind, '\\n', ' ') end
  reply[at + 1] = entry[1] .. '\\n' .. kind .. '\\n' .. lines
end
return reply`)
}

/**
 * Finds the first of some positions that the log has. KEYS log. ARGV stream id and mark of each. Replies its number,
 * counted from 1; 0 if the log has none.
 */
export const findPositionScript = script(`
for at = 1, #ARGV, 2 do
  local entry = call('XRANGE', KEYS[1], ARGV[at], ARGV[at])[1]
  local mark = entry and string.match(string.sub(entry[2][2], 1, 64), '[^\\n]*')
  if mark == ARGV[at + 1] then return (at + 1) / 2 end
end
return 0`)

/** Replies the facts of eviction, as from `facts`. */
export const readFactsScript = script(`${facts}
return facts()`)

/** A member scored lowest: a SCAN has found the index complete. */
export const VERIFIED = '~verified'

/** A member scored lowest: the index was later found to lack a registration. */
export const SUSPECT = '~suspect'

/** A member scored lowest: keeps an index without identities from vanishing; a missing index has been lost. */
export const KEPT = '~kept'

/**
 * Reads the state of a namespace's bookkeeping. KEYS index, log. ARGV '1' to ask for facts of eviction, '1' to count keys.
 * Replies the log's last entry as lines of stream id and mark, or nil; whether an index exists; whether it is
 * verified; whether it is suspect; keys of the database, or -1 if not counted; facts of eviction; members of the index.
 */
export const readBookkeepingScript = script(`${facts}
local last = call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
local size = ARGV[2] == '1' and try('DBSIZE')
return {
  last and last[1] .. '\\n' .. string.match(string.sub(last[2][2], 1, 64), '[^\\n]*') or false,
  call('EXISTS', KEYS[1]),
  call('ZSCORE', KEYS[1], '${VERIFIED}') and 1 or 0,
  call('ZSCORE', KEYS[1], '${SUSPECT}') and 1 or 0,
  type(size) == 'number' and size or -1,
  ARGV[1] == '1' and facts() or '',
  call('ZCARD', KEYS[1]),
}`)

/**
 * Reads a part of the index with its records. KEYS index. ARGV cursor, approximate count, prefix of the
 * records' keys, which are on the same server.
 *
 * Replies the next cursor, and two texts for each member that is not bookkeeping: the member, truncated if
 * it is longer than any identity; and lines of registered_at, expires_at, gateway (empty for none) and
 * metadata. For a record that is missing, malformed or too large, the text is '?' and the member's score.
 * There is one text per record, because nested replies cost both sides 50 % more.
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
      -- A foreign line break would shift the following lines.
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
 * Reads hashes. KEYS hashes. ARGV maximum size of a hash, in bytes. Replies Unix ms and each hash as from
 * `readHash`; fewer than requested if the reply would be too large.
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
 * Reads expired identities in the index, the earliest first. KEYS index. ARGV the score to begin at, maximum
 * number of identities. Replies each with its score.
 */
export const endedScript = script(`${now}
return call('ZRANGE', KEYS[1], ARGV[1], now, 'BYSCORE', 'LIMIT', 0, ARGV[2], 'WITHSCORES')`)
