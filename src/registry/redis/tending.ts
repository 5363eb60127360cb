import { KEPT, SUSPECT } from './read-scripts.ts'
import { countFrom, flagFrom } from './replies.ts'
import { REMOVAL_SLACK_MS } from './script.ts'

/**
 * Writers keep the bookkeeping of a namespace, its index and its log, in bounds: one write in
 * `TEND_EVERY` *tends* it. Tending drops expired members from the index, trims the log, and sets the
 * expiry of both keys.
 *
 * The keys must not expire before a registration does, and no write should pay to check that. So tending
 * leaves them at least `SHORT_TTL_MS + LEEWAY_MS`. A write with a TTL up to `SHORT_TTL_MS` needs no more
 * if the last tending is at most `TRUST_MS` old, and tends otherwise; each writer knows when it last
 * tended, by the clock of Redis. A write with a longer TTL extends the keys' expiry. Keys that were lost
 * and recreated don't expire until they are tended.
 */
export const SHORT_TTL_MS = 3_600_000

/**
 * How much longer than the last registration the bookkeeping lives, in ms. Minus `TRUST_MS`, it is also
 * the period of writes that a failover may lose without harm to the bookkeeping.
 */
export const LEEWAY_MS = 600_000

/** How long after its last tending a writer needn't tend, in ms. */
export const TRUST_MS = 60_000

/** One write in this many tends, chosen by the microseconds of the clock. */
export const TEND_EVERY = 32

/** Expired members dropped at a time, about 0.2 ms of Redis time. If more remain, the next write tends too. */
export const DROPPED_AT_A_TIME = 256

/** Maximum size of a registration's metadata and gateway in the log, in bytes; for larger ones, the log has only the identity. */
export const MAX_LOGGED_BYTES = 512

/** Scores further away than this, in ms from now, mean never: Redis has no such times. */
const NEVER_MS = 1e14

/**
 * Lua: decides whether this call tends. If so, `cap` is the minimum number of entries in the log.
 * KEYS hash, index, log.
 */
export const decideTending = (trustedUntil: string, logCap: string): string => `
local cap
local trustedMs = ${trustedUntil} - now
-- It is too far ahead if the clock was set back since.
if microseconds % ${TEND_EVERY} == 0 or trustedMs < 0 or trustedMs > ${TRUST_MS} then
  cap = math.max(tonumber(${logCap}), call('ZCARD', KEYS[2]))
end`

/** Lua: extends the keys' expiry for a TTL that is too long to leave to the next tending; 0 means never. */
export const keepFor = (ttl: string, ends: string): string => `
if ${ttl} == 0 then
  call('PERSIST', KEYS[2])
  call('PERSIST', KEYS[3])
elseif ${ttl} > ${SHORT_TTL_MS} then
  local untilMs = string.format('%d', ${ends} + ${LEEWAY_MS})
  call('PEXPIREAT', KEYS[2], untilMs, 'GT')
  call('PEXPIREAT', KEYS[3], untilMs, 'GT')
end`

/**
 * Lua: `tend(id, mark, cap)`, called after the write: drops expired identities from the index, and sets
 * the expiry of index and log. Returns 1 if more have expired, otherwise 0.
 *
 * The hashes of expired identities are gone or are deleted too: if the clock is ahead and corrected
 * later, no registration may be live again without being in the index. An existing hash decides. The log
 * names the expired identities for later readers.
 *
 * `id` is the identity of KEYS[1]. A mark keeps an index that holds no identities from vanishing, because
 * an index that is missing beside a log counts as lost; also here.
 */
export const tend = `
local function tend(id, mark, cap)
  local index, log = KEYS[2], KEYS[3]
  local prefix = string.sub(KEYS[1], 1, #KEYS[1] - #id)
  local ended = call('ZRANGE', index, '(-inf', now - ${REMOVAL_SLACK_MS}, 'BYSCORE', 'LIMIT', 0, ${DROPPED_AT_A_TIME})
  local more = #ended == ${DROPPED_AT_A_TIME} and 1 or 0
  if #ended > 0 then
    local keys = {}
    for at, id in ipairs(ended) do keys[at] = prefix .. id end
    if call('EXISTS', unpack(keys)) > 0 then
      local gone = {}
      for at, id in ipairs(ended) do
        local text = try('HGET', keys[at], 'expires_at')
        local ends = type(text) == 'string' and tonumber(text)
        if ends and (ends == 0 or ends > now) then
          call('ZADD', index, ends == 0 and '+inf' or ends, id)
        else
          -- What Redis would do itself, and did not, e.g. since the key was made to persist.
          if ends then call('DEL', keys[at]) end
          gone[#gone + 1] = id
        end
      end
      ended = gone
    end
  end
  if #ended > 0 then
    call('ZREM', index, unpack(ended))
    local first, bytes = 1, 0
    for at, id in ipairs(ended) do
      bytes = bytes + #id + 3
      if bytes >= ${MAX_LOGGED_BYTES} or at == #ended then
        appendLog(log, 'expire', mark .. '~' .. at .. '\\n' .. cjson.encode({ unpack(ended, first, at) }), cap)
        first, bytes = at + 1, 0
      end
    end
  end
  if call('ZADD', index, '-inf', '${KEPT}') == 1 and call('ZCARD', index) == 1 then
    call('ZADD', index, '-inf', '${SUSPECT}')
  end
  local last = tonumber(call('ZRANGE', index, -1, -1, 'WITHSCORES')[2])
  if last > now + ${NEVER_MS} or call('ZSCORE', index, '${SUSPECT}') then
    call('PERSIST', index)
    call('PERSIST', log)
  else
    local untilMs = string.format('%d', math.max(last, now + ${SHORT_TTL_MS}) + ${LEEWAY_MS})
    call('PEXPIREAT', index, untilMs)
    call('PEXPIREAT', log, untilMs)
  end
  return more
end`

/** When one writer last tended. */
export class Tending {
  #trustedUntilMs = 0

  /** Until when writes needn't tend, Unix ms by the clock of Redis. */
  get trustedUntilMs(): number {
    return this.#trustedUntilMs
  }

  /**
   * Takes the reply of a write that tended.
   * @param now Unix ms.
   * @param more 1 if the next write should tend too, otherwise 0.
   */
  note(now: unknown, more: unknown): void {
    this.#trustedUntilMs = flagFrom(more) ? 0 : countFrom(now) + TRUST_MS
  }
}
