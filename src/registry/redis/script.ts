import { createHash } from 'node:crypto'

/** A Lua script that Redis runs atomically. */
export interface Script {
  readonly source: string
  /** The digest by which Redis knows it once it has seen it. */
  readonly sha1: string
}

export function script(source: string): Script {
  return { source, sha1: createHash('sha1').update(source).digest('hex') }
}

/** Unix ms by the clock of Redis: the only clock that counts. */
export const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

/**
 * `appendLog(log, kind, text, cap)`; without a cap nothing is trimmed. After an entry with the last possible
 * id, which no registry writes, every XADD would fail, so the log is deleted and started again, which
 * readers notice.
 */
export const appendLog = `
local function appendLog(log, kind, text, cap)
  local reply
  if cap then
    reply = redis.pcall('XADD', log, 'MAXLEN', '~', cap, '*', kind, text)
  else
    reply = redis.pcall('XADD', log, '*', kind, text)
  end
  if type(reply) == 'string' then return end
  if string.find(reply.err, 'exhausted', 1, true) then redis.call('DEL', log) end
  redis.call('XADD', log, '*', kind, text)
end`

/**
 * Redis removes a key by its own reading of the clock, a millisecond sooner or later than `now`. So a
 * record counts as lost only if it would have lived longer than this, in ms.
 */
export const REMOVAL_SLACK_MS = 100
