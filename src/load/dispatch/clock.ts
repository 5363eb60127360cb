import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { programBeside } from '../../program-beside.ts'
import { nowMs } from '../clock.ts'
import { ClockRing } from './clock-ring.ts'
import { spin, timer, type Wait } from './wait.ts'
import { WakeLead } from './wake-lead.ts'

/** A shorter sleep costs more than it saves, in ms. */
const MIN_SLEEP_MS = 0.03

/**
 * Sleeps, and is woken up by a thread that does nothing but watch the clock. Node's timers count in whole
 * ms; a thread that may be blocked can sleep to within some ten µs. It wakes up the event loop by so much
 * earlier as that takes, and the loop spins for the rest. Answers that come meanwhile are read as they come.
 * @throws Error if the system gives no thread.
 */
export async function openClock(): Promise<Wait> {
  const ring = new ClockRing()
  const lead = new WakeLead()
  const thread = new Worker(programBeside('clock-thread.ts', import.meta.url), {
    workerData: ring.memory,
    execArgv: [],
    env: {},
  })
  let isRunning = true
  const exit = new Promise<void>((resolve) => {
    thread.on('error', () => {})
    thread.on('exit', () => {
      // A thread that dies on the way must not leave anyone asleep.
      isRunning = false
      ring.close()
      resolve()
    })
  })
  // Rejects if the thread fails before it is ready.
  await Promise.race([once(thread, 'message'), exit])
  if (!isRunning) throw new Error('it ended before it was ready')
  // An abandoned load must not keep its process alive.
  thread.unref()
  return {
    until: async (untilMs, dueAfter) => {
      if (!isRunning) return timer(untilMs)
      const now = nowMs()
      const wakeMs = untilMs - lead.ms
      if (wakeMs - now < MIN_SLEEP_MS) {
        lead.awake(now)
        return spin(untilMs)
      }
      ring.setLead(lead.ms)
      await ring.sleepUntil(untilMs, dueAfter)
      const wokenMs = nowMs()
      lead.woken(wakeMs, wokenMs)
      if (isRunning && wokenMs < untilMs) await spin(untilMs)
    },
    close: async () => {
      thread.ref()
      isRunning = false
      ring.close()
      await exit
    },
  }
}
