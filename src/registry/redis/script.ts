/**
 * A Lua script, which Redis runs atomically.
 * @param body Lua in which `call` and `try` stand for `redis.call` and `redis.pcall`.
 */
export function script(body: string): string {
  return `local call, try = redis.call, redis.pcall\n${body}`
}

/** Lua: `now` is Unix ms by the clock of Redis, the only clock that counts. */
export const now = `
local time = redis.call('TIME')
local microseconds = time[2] + 0
local now = time[1] * 1000 + (microseconds - microseconds % 1000) / 1000`

/**
 * Lua: appends an entry to a log. The parameters are Lua expressions; without a `cap`, nothing is
 * trimmed. After an entry with the highest possible id, which no registry writes, every XADD would
 * fail, so the log is deleted and restarted; readers notice.
 */
export const append = (log: string, kind: string, text: string, cap: string): string => `
do
  local reply
  if ${cap} then
    reply = try('XADD', ${log}, 'MAXLEN', '~', ${cap}, '*', ${kind}, ${text})
  else
    reply = try('XADD', ${log}, '*', ${kind}, ${text})
  end
  if reply.err then
    if string.find(reply.err, 'exhausted', 1, true) then call('DEL', ${log}) end
    call('XADD', ${log}, '*', ${kind}, ${text})
  end
end`

/** Lua: the function `appendLog(log, kind, text, cap)` does that. */
export const appendLog = `
local function appendLog(log, kind, text, cap)${append('log', 'kind', 'text', 'cap')}
end`

/**
 * Redis removes an expired key by its own reading of the clock, some ms before or after `now`. So a
 * record counts as lost only if it had more than this left to live, in ms.
 */
export const REMOVAL_SLACK_MS = 100
