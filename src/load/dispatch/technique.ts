import { openClock } from './clock.ts'
import { hybrid } from './hybrid.ts'
import { spin } from './spin.ts'
import { timer } from './timer.ts'
import type { Wait } from './wait.ts'

/** How requests are started on time: what a generator does until the next one is due. Most punctual last second. */
export const TECHNIQUES = ['timer', 'clock', 'hybrid', 'spin'] as const

export type Technique = (typeof TECHNIQUES)[number]

const OPEN: Readonly<Record<Technique, () => Promise<Wait>>> = {
  timer: async () => ({ until: timer, close: async () => {} }),
  clock: openClock,
  hybrid: async () => ({ until: hybrid, close: async () => {} }),
  spin: async () => ({ until: spin, close: async () => {} }),
}

/** @throws Error if the system doesn't give what the technique needs: to a clock, a thread. */
export function openWait(technique: Technique): Promise<Wait> {
  return OPEN[technique]()
}
