import { SUSPECT, VERIFIED } from './read-scripts.ts'
import { appendLog, now, REMOVAL_SLACK_MS, script } from './script.ts'

/**
 * Begins to verify an index. KEYS index. ARGV mark. The mark stays in the index, scored lowest; if the index
 * is lost meanwhile, so is the mark.
 */
export const beginVerifyingScript = script(`return call('ZADD', KEYS[1], '-inf', '~' .. ARGV[1])`)

/**
 * Adds live registrations that the index lacks, and makes readers reload. KEYS index, log, one hash per
 * identity. ARGV mark, log cap, the identities. Replies the number of registrations added.
 */
export const adoptScript = script(`${appendLog}${now}
local adopted = 0
for at = 3, #KEYS do
  local id = ARGV[at]
  if not call('ZSCORE', KEYS[1], id) then
    local values = try('HMGET', KEYS[at], 'id', 'expires_at')
    local ends = not values.err and values[1] == id and values[2] and tonumber(values[2])
    if ends and (ends == 0 or ends > now) then
      call('ZADD', KEYS[1], ends == 0 and '+inf' or ends, id)
      adopted = adopted + 1
    end
  end
end
if adopted > 0 then
  appendLog(KEYS[2], 'reload', ARGV[1], ARGV[2])
  -- The registrations may outlive the keys.
  call('PERSIST', KEYS[1])
  call('PERSIST', KEYS[2])
end
return adopted`)

/**
 * Ends the verification of an index. KEYS index. ARGV mark. Replies whether the index existed throughout, 1
 * or 0.
 */
export const endVerifyingScript = script(`
if call('ZREM', KEYS[1], '~' .. ARGV[1]) == 0 then return 0 end
call('ZREM', KEYS[1], '${SUSPECT}')
call('ZADD', KEYS[1], '-inf', '${VERIFIED}')
return 1`)

/**
 * Removes registrations whose hash vanished before its expiry from the index, and logs that.
 * KEYS index, log, one hash per identity. ARGV mark, log cap, the identities.
 * Replies the number removed.
 */
export const dropLostScript = script(`${appendLog}${now}
local lost = {}
for at = 3, #KEYS do
  if call('EXISTS', KEYS[at]) == 0 then
    local ends = call('ZSCORE', KEYS[1], ARGV[at])
    if ends and tonumber(ends) > now + ${REMOVAL_SLACK_MS} then
      call('ZREM', KEYS[1], ARGV[at])
      lost[#lost + 1] = ARGV[at]
    end
  end
end
if #lost > 0 then
  appendLog(KEYS[2], 'clear', ARGV[1] .. '\\n' .. cjson.encode(lost), ARGV[2])
end
return #lost`)
