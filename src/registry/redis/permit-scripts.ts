import { now, script } from './script.ts'

/*
 * Readers that load or wait are members of one sorted set. The score of one that loads is negative: minus the time until which
 * its permit lasts. The score of one that waits is the time until which it is expected to ask again.
 * Both are Unix ms by the clock of Redis.
 */

/**
 * Takes or renews a permit. KEYS loads. ARGV name of the reader, maximum number of permits, how long one lasts in ms,
 * shortest mean pause of one that waits in ms, and the pause per reader that waits.
 * Replies 0 with a permit, else the number of readers that load or wait.
 */
export const takePermitScript = script(`${now}
local ended = call('ZRANGE', KEYS[1], '(' .. -now, '(' .. now, 'BYSCORE', 'LIMIT', 0, 1000)
if #ended > 0 then call('ZREM', KEYS[1], unpack(ended)) end
local score = tonumber(call('ZSCORE', KEYS[1], ARGV[1]) or '0')
local lasts = ARGV[3] + 0
if score < 0 or call('ZCOUNT', KEYS[1], '-inf', '(0') < ARGV[2] + 0 then
  call('ZADD', KEYS[1], string.format('%d', -now - lasts), ARGV[1])
  call('PEXPIREAT', KEYS[1], string.format('%d', now + 10 * lasts))
  return 0
end
local waiting = call('ZCARD', KEYS[1])
local pause = math.max(ARGV[4] + 0, waiting * ARGV[5])
call('ZADD', KEYS[1], string.format('%d', now + 3 * pause + lasts), ARGV[1])
call('PEXPIREAT', KEYS[1], string.format('%d', now + 3 * pause + 10 * lasts))
return call('ZCARD', KEYS[1])`)

/** Gives up a permit, or waiting. KEYS loads. ARGV name of the reader. */
export const leavePermitScript = script(`return call('ZREM', KEYS[1], ARGV[1])`)
