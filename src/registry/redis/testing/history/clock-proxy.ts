import { Socket } from 'node:net'
import { now } from '../../script.ts'
import { openFrontServer } from '../front-server.ts'

/** A proxy that makes the clock of a Redis server seem ahead. */
export interface ClockProxy {
  readonly url: string
  /** Sets by how many ms it is ahead from now on, ≥ 0. */
  stepTo(aheadMs: number): void
  /** Stops it between steps, so that nothing expires by itself; `false` to continue. */
  stop(stands?: boolean): void
  close(): Promise<void>
}

/** The beginning of scripts that read the time. */
const TAKEN = /local time = .*/.exec(now)?.[0] ?? ''

/**
 * Ahead of the time that Redis stamps its log with, so that no entry is of a time to come just since
 * the proxy took the time before Redis ran the script.
 */
const LEAD_MS = 1000

/**
 * Passes on what clients send, with another time in each script that asks for it. The text is as long
 * as before, so nothing of the protocol has to be understood; and since the script is another one then,
 * Redis never knows it by its digest, and clients send it whole. What Redis does by itself, expiry and
 * the ids of the log, stays with its own clock.
 */
export async function startClockProxy(redisPort: number): Promise<ClockProxy> {
  let aheadMs = 0
  let stoppedAtMs: number | null = null
  const front = await openFrontServer((client) => {
    const redis = new Socket().connect(redisPort, '127.0.0.1')
    let held = ''
    client.on('data', (data) => {
      const text = held + data.toString('latin1')
      const kept = lengthOfBeginning(text)
      held = kept === 0 ? '' : text.slice(-kept)
      const whole = kept === 0 ? text : text.slice(0, -kept)
      const shifted = whole.replaceAll(TAKEN, () =>
        timeAt((stoppedAtMs ?? Date.now()) + LEAD_MS + aheadMs),
      )
      redis.write(Buffer.from(shifted, 'latin1'))
    })
    redis.pipe(client)
    return redis
  })
  return {
    url: front.url,
    stepTo: (ms) => {
      aheadMs = ms
    },
    stop: (stands = true) => {
      stoppedAtMs = stands ? Date.now() : null
    },
    close: () => front.close(),
  }
}

/** Lua of the length of `TAKEN`, with `time` as TIME would reply. */
function timeAt(timeMs: number): string {
  const microseconds = String((timeMs % 1000) * 1000).padStart(6, '0')
  return `local time={${Math.floor(timeMs / 1000)},${microseconds}}`.padEnd(TAKEN.length)
}

/** How many characters of `TAKEN` a text ends with, which the next one may continue. */
function lengthOfBeginning(text: string): number {
  for (let length = TAKEN.length - 1; length > 0; length -= 1) {
    if (text.endsWith(TAKEN.slice(0, length))) return length
  }
  return 0
}
