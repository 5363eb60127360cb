import { readlinkSync, writeFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { nowMs } from '../clock.ts'
import { ClockRing } from './clock-ring.ts'

/** The program of a clock thread: it sleeps until the next due time, wakes up the event loop, and so on. */
if (!(workerData instanceof SharedArrayBuffer)) throw new TypeError('a clock thread needs a ring')
sleepPrecisely()
const ring = new ClockRing(workerData)
parentPort?.postMessage('ready')
ring.keepTime(nowMs)

/**
 * Linux lets a thread oversleep by its timer slack, 50 µs unless told otherwise. Other systems, and a
 * `/proc` that isn't there or can't be written, are left as they are: what a wake-up takes is measured.
 * Source: `PR_SET_TIMERSLACK` of prctl(2), `/proc/pid/timerslack_ns` of proc(5).
 */
function sleepPrecisely(): void {
  try {
    // Only a folder of `/proc` itself has the file: the thread's own, not the one among its process's tasks.
    const thread = readlinkSync('/proc/thread-self').split('/').at(-1)
    writeFileSync(`/proc/${thread}/timerslack_ns`, '1')
  } catch {}
}
