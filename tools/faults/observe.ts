import { Redis } from 'ioredis'
import type { Command } from './command.ts'
import { generatorStoppedMs, type FaultTime } from './faults.ts'
import { NAMESPACE } from './loads.ts'
import type { Observation } from './observation.ts'
import { commandOf, type Process } from './processes.ts'
import type { Rig } from './rig.ts'
import type { Row } from './row.ts'
import type { RunClock } from './run-clock.ts'
import { loadIn, readResults } from './run-summary.ts'

/** The leftovers of a run some time after the shell returned. */
export interface Left {
  readonly processes: readonly Process[]
  /** When the last process ended, by `Date.now()`; `null` if one was still running. */
  readonly endedAt: number | null
}

/** A finished run. */
export interface EndedRun {
  readonly row: Row
  readonly rig: Rig
  readonly command: Command
  readonly clock: RunClock
  readonly made: readonly { readonly at: FaultTime; readonly unixMs: number }[]
  readonly notMade: readonly string[]
  readonly exitCode: number | null
  readonly tookMs: number
  readonly left: Left
}

/** Collects a run's leftovers before its folders are removed. */
export async function observe(ended: EndedRun): Promise<Observation> {
  const { row, rig, command, clock, made, notMade, exitCode, tookMs, left } = ended
  const { runs, problems } = await readResults(rig.places.results)
  const load = loadIn(runs[0])
  const startedAt = load === null || movesClock(row) ? null : Date.parse(load.startedAt)
  const lastFaultAt = Math.max(...made.map(({ unixMs }) => unixMs))
  const { endedAt, processes } = left
  return {
    exitCode,
    output: command.output,
    runs,
    fileProblems: problems,
    tookMs,
    startUpMs: startUpOf(command, clock),
    hasOpened: clock.openedMs !== null,
    stoppedMs: stoppedMsOf(row),
    leftRunning: processes.map((process) => commandOf(process).slice(0, 80)),
    leftBehind: rig.leftBehind(),
    endedAfterFaultMs: endedAt === null || made.length === 0 ? null : endedAt - lastFaultAt,
    notMade,
    made: made.map(({ at, unixMs }) => ({
      at,
      actualMs: startedAt === null ? null : unixMs - startedAt,
    })),
    registrationTtlMs: row.expected.ttlAboveMs === undefined ? null : await ttlOf(rig),
  }
}

/** Time from the command's start to its first request; `null` while unknown. */
export function startUpOf(command: Command, clock: RunClock): number | null {
  return clock.measureStartMs === null ? null : clock.measureStartMs - command.spawnedMs
}

/** The longest time that the command's own processes are stopped, in ms. */
export function stoppedMsOf({ steps }: Row): number {
  return steps.reduce((sum, { fault }) => sum + generatorStoppedMs(fault), 0)
}

/** Whether the command's wall clock differs from this process's. */
function movesClock({ stage, steps }: Row): boolean {
  return stage.clockAheadMs !== 0 || steps.some(({ fault }) => fault.kind === 'step clock')
}

async function ttlOf({ servers }: Rig): Promise<number | null> {
  if (servers.redis === undefined) return null
  const redis = new Redis(servers.redis.port, '127.0.0.1')
  try {
    return await redis.pttl(`${NAMESPACE}:loadtest-user-1`)
  } finally {
    redis.disconnect()
  }
}
