import { hybrid } from './hybrid.ts'
import { spin } from './spin.ts'
import { timer } from './timer.ts'
import type { Wait } from './wait.ts'

/** How requests are started on time: what a generator does until the next one is due. */
export const TECHNIQUES = ['spin', 'hybrid', 'timer'] as const

export type Technique = (typeof TECHNIQUES)[number]

export const WAIT: Readonly<Record<Technique, Wait>> = { spin, hybrid, timer }

/**
 * Cores that must be free for one generator to spin. A load on one machine keeps about four busy: the
 * generator, Redis, NATS and the receivers. Twice as many are free where it doesn't matter that one
 * of them never sleeps.
 */
export const FREE_CORES = { hybrid: 4, spin: 8 } as const

/**
 * The most punctual technique that the machine has room for. A spinning generator without a core of
 * its own is worse than a sleeping one, and takes the core from the system under test: at 1,000
 * requests/s on two busy cores, P99 lateness was 23 to 103 ms, and 2.5 to 7 ms with timers.
 * @param freeCores of the generator's machine before the load begins, for each generator on it.
 */
export function chooseTechnique(freeCores: number): Technique {
  if (freeCores >= FREE_CORES.spin) return 'spin'
  return freeCores >= FREE_CORES.hybrid ? 'hybrid' : 'timer'
}
