import { setTimeout as sleep } from 'node:timers/promises'
import { formatBound } from '../../format-bound.ts'
import { InputError } from '../../input-error.ts'
import { parseDurationMs, type Duration } from '../duration.ts'
import type { Fault, FaultContext } from './fault.ts'
import type {
  Disturbable,
  FaultTarget,
  Fillable,
  Partitionable,
  Pausable,
} from './fault-targets.ts'
import { faultOn } from './fault-on.ts'
import { requireAbility } from './target-ability.ts'

/**
 * Stops a process for a time, as by SIGSTOP and SIGCONT: its connections stay open, and nothing is answered.
 * @throws InputError if the target can't be paused, or the time is not a duration above 0.
 */
export function pause(target: Pausable, duration: Duration): Fault {
  requireAbility('pause', target, ['pause', 'resume'])
  const lengthMs = lengthOf(duration, 'pause')
  return passing(target, `pause ${target.label} for ${formatBound(lengthMs, 'ms')}`, {
    lengthMs,
    breakIt: () => target.pause(),
    mend: () => target.resume(),
  })
}

/**
 * Ends the connections to a target and refuses new ones for a time.
 * @throws InputError if the target's connections can't be cut, or the time is not a duration above 0.
 */
export function cut(target: Disturbable, duration: Duration): Fault {
  requireAbility('cut', target, ['cut', 'mend'])
  const lengthMs = lengthOf(duration, 'cut')
  return passing(target, `cut ${target.label} for ${formatBound(lengthMs, 'ms')}`, {
    lengthMs,
    breakIt: () => target.cut(),
    mend: () => target.mend(),
  })
}

/**
 * Slows the connections to a target for a time.
 * @param delay is added to each direction.
 * @throws InputError if the target's connections can't be slowed, or a time is not a duration above 0.
 */
export function slow(target: Disturbable, delay: Duration, duration: Duration): Fault {
  requireAbility('slow', target, ['slow', 'mend'])
  const delayMs = lengthOf(delay, 'slow: delay')
  const lengthMs = lengthOf(duration, 'slow')
  return passing(
    target,
    `slow ${target.label} by ${formatBound(delayMs, 'ms')} for ${formatBound(lengthMs, 'ms')}`,
    {
      lengthMs,
      breakIt: () => target.slow(delayMs),
      mend: () => target.mend(),
    },
  )
}

/**
 * Separates a node from the others of its cluster for a time, though clients still reach it.
 * @throws InputError if the target can't be separated, or the time is not a duration above 0.
 */
export function partition(target: Partitionable, duration: Duration): Fault {
  requireAbility('partition', target, ['partition', 'rejoin'])
  const lengthMs = lengthOf(duration, 'partition')
  return passing(target, `partition ${target.label} for ${formatBound(lengthMs, 'ms')}`, {
    lengthMs,
    breakIt: () => target.partition(),
    mend: () => target.rejoin(),
  })
}

/**
 * Fills the disk of a server for a time.
 * @throws InputError if the target's disk can't be filled, or the time is not a duration above 0.
 */
export function fillDisk(target: Fillable, duration: Duration): Fault {
  requireAbility('fillDisk', target, ['fillDisk', 'freeDisk'])
  const lengthMs = lengthOf(duration, 'fillDisk')
  return passing(target, `fill the disk of ${target.label} for ${formatBound(lengthMs, 'ms')}`, {
    lengthMs,
    breakIt: () => target.fillDisk(),
    mend: () => target.freeDisk(),
  })
}

interface Passing {
  readonly lengthMs: number
  readonly breakIt: () => Promise<string | void>
  readonly mend: () => Promise<string | void>
}

/** Mends what it broke: after its time, or when the load ends, and even if breaking it has failed halfway. */
function passing(target: FaultTarget, label: string, { lengthMs, breakIt, mend }: Passing): Fault {
  const inject = async ({ signal, begun }: FaultContext): Promise<void> => {
    try {
      begun((await breakIt()) ?? undefined)
    } catch (error) {
      // What could not be broken often can't be mended either, which says nothing new.
      await (async () => mend())().catch(() => {})
      throw error
    }
    await sleep(lengthMs, undefined, { signal }).catch(() => {})
    await mend()
  }
  return faultOn(target, label, inject)
}

function lengthOf(duration: Duration, where: string): number {
  const lengthMs = parseDurationMs(duration, where)
  if (lengthMs > 0) return lengthMs
  throw new InputError(
    `${where}: "${duration}" is no time at all. Write a duration above 0, such as 3s.`,
  )
}
