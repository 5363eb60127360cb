import { KEPT, SUSPECT } from './read-scripts.ts'
import { countFrom, flagFrom } from './replies.ts'
import { REMOVAL_SLACK_MS } from './script.ts'

/**
 * Writers keep the bookkeeping of a namespace, its index and its log, in bounds: one write in
 * `TEND_EVERY` *tends* it. It drops members that have ended from the index, trims the log, and sets
 * when both keys expire by themselves.
 *
 * The keys may not expire before a registration does, and no write should pay for finding that out.
 * So tending leaves them at least `SHORT_TTL_MS + LEEWAY_MS`; a write with a TTL up to `SHORT_TTL_MS`
 * needs no more if the last tending is at most `TRUST_MS` old, and tends otherwise: each writer
 * knows when it last tended, by the clock of Redis. A write with a longer TTL extends the keys'. Keys that
 * are lost and made again don't expire until they are tended.
 */
export const SHORT_TTL_MS = 3_600_000

/**
 * How much longer than the last registration the bookkeeping lives, in ms. Less `TRUST_MS`, it is
 * also how many of the last writes a failover may lose, in ms, without any harm to the bookkeeping.
 */
export const LEEWAY_MS = 600_000

/** For how long after its last tending a writer needn't tend, in ms. */
export const TRUST_MS = 60_000

/** One write in so many tends, drawn by the microseconds of the clock. */
export const TEND_EVERY = 32

/** Ended members dropped at a time: some 0.2 ms of Redis. If there are more, the next write tends too. */
export const DROPPED_AT_A_TIME = 256

/** Most bytes of a registration's metadata and gateway in the log; of a larger one the log has only the name. */
export const MAX_LOGGED_BYTES = 512

/** Scores beyond this, in ms from now, stand for never: Redis has no such times. */
const NEVER_MS = 1e14

/**
 * Decides whether this call tends, which `cap` then says: entries that the log keeps at least.
 * KEYS hash, index, log.
 */
export const decideTending = (trustedUntil: string, logCap: string): string => `
local cap
local trustedMs = ${trustedUntil} - now
-- It is too far ahead if the clock was set back since.
if microseconds % ${TEND_EVERY} == 0 or trustedMs < 0 or trustedMs > ${TRUST_MS} then
  cap = math.max(tonumber(${logCap}), call('ZCARD', KEYS[2]))
end`

/** A TTL too long to leave to the next tending keeps the keys for as long. 0 stands for never. */
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
 * `tend(id, mark, cap)`, after the write itself: drops ended identities from the index, and sets
 * when index and log expire. Replies 1 if more have ended, otherwise 0.
 *
 * The hashes of ended identities are gone, or go with them: if the clock is ahead, and set right later,
 * nothing may be live again that the index no longer has. Where a hash is there, it decides. The log says
 * which they are, so that later readers know that they have expired.
 *
 * `id` is that of KEYS[1]. A mark keeps an index in being that holds no identities any more, because one that
 * is missing beside a log counts as lost; also here.
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

/** What a writer knows of its own tending. */
export class Tending {
  #trustedUntilMs = 0

  /** Until when its writes needn't tend; Unix ms by the clock of Redis. */
  get trustedUntilMs(): number {
    return this.#trustedUntilMs
  }

  /**
   * Takes the reply of a write that has tended.
   * @param now Unix ms.
   * @param more 1 if the next write should tend too, otherwise 0.
   */
  note(now: unknown, more: unknown): void {
    this.#trustedUntilMs = flagFrom(more) ? 0 : countFrom(now) + TRUST_MS
  }
}
