import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Command } from './command.ts'
import { generatorStoppedMs, type Step } from './faults.ts'
import { inject, NotMadeError, type Scene } from './inject.ts'
import { NAMESPACE } from './loads.ts'
import type { Observation } from './observation.ts'
import { allowedMs } from './invariants.ts'
import { commandOf, type Process } from './processes.ts'
import type { Row } from './row.ts'
import { RunClock } from './run-clock.ts'
import { loadIn, readResults } from './run-summary.ts'
import { setUp, type Stand } from './stand.ts'

/** Processes of a run have this long to end once the shell has returned, in ms. */
const LEFT_MS = 5_000
/** A run that takes this much longer than it may, in ms, is ended. */
const HUNG_MS = 10_000

interface Made {
  readonly at: Step['at']
  readonly unixMs: number
}

/**
 * Runs a row's load, makes its faults, and tells what was seen.
 * @param signal ends everything that was started.
 * @throws EnvironmentError if servers are missing.
 */
export async function runRow(row: Row, signal: AbortSignal): Promise<Observation> {
  const stand = await setUp(row)
  const { clockAheadMs } = row.stage
  if (clockAheadMs !== 0) writeFileSync(stand.clockFile, `${clockAheadMs}`)
  const ended = new AbortController()
  const stop = AbortSignal.any([signal, ended.signal])
  const made: Made[] = []
  const notMade: string[] = []
  const make = async (step: Step, scene: Scene): Promise<void> => {
    const onMade = (): void => void made.push({ at: step.at, unixMs: Date.now() })
    await inject(step.fault, scene, onMade).catch((error: unknown) => {
      if (!(error instanceof NotMadeError)) throw error
      notMade.push(`${step.fault.kind}: ${error.message}`)
    })
  }
  let command: Command | null = null
  const under: Promise<void>[] = []
  try {
    for (const step of row.steps.filter(({ at }) => at === 'before start')) {
      const begun = Promise.withResolvers<void>()
      const scene = { stand, command: null, ended: stop }
      under.push(make(step, scene).finally(begun.resolve))
      // It goes on by itself; the command starts once it has had its effect.
      await Promise.race([begun.promise, sleep(200)])
    }
    let clock: RunClock | null = null
    const started = new Command(row, stand, (chunk) => clock?.read(chunk, Date.now()))
    command = started
    clock = new RunClock(row.load, started.spawnedMs)
    if (row.stage.output !== 'pipe') clock.assumeStarted()
    for (const step of row.steps.filter(({ at }) => at !== 'before start')) {
      const scene = { stand, command: started, ended: stop }
      under.push(
        clock.reach(step.at, stop).then(
          () => make(step, scene),
          () => void notMade.push(`${step.fault.kind}: the run never came to its time`),
        ),
      )
    }
    const exitCode = await exitOf(row, started, clock, signal)
    const tookMs = Date.now() - started.spawnedMs
    if (exitCode === null) started.end()
    // Nobody is left to end a process that is stopped, where the one who would is killed.
    if (row.steps.some(({ fault }) => fault.kind === 'kill')) ended.abort()
    const left = await leftRunning(started)
    ended.abort()
    await Promise.all(under)
    return await observe({
      row,
      stand,
      command: started,
      clock,
      made,
      notMade,
      exitCode,
      tookMs,
      left,
    })
  } finally {
    ended.abort()
    command?.end()
    await Promise.all(under)
    await stand.remove()
  }
}

async function exitOf(
  row: Row,
  command: Command,
  clock: RunClock,
  signal: AbortSignal,
): Promise<number | null> {
  const isOver = new AbortController()
  const watch = async (): Promise<null> => {
    for (;;) {
      await sleep(200, undefined, { signal: AbortSignal.any([signal, isOver.signal]) })
      const startUpMs = startUpOf(command, clock)
      if (Date.now() - command.spawnedMs > allowedMs(row, startUpMs, stoppedMsOf(row)) + HUNG_MS)
        return null
    }
  }
  try {
    return await Promise.race([command.exitCode, watch()])
  } finally {
    isOver.abort()
  }
}

function startUpOf(command: Command, clock: RunClock): number | null {
  return clock.measureStartMs === null ? null : clock.measureStartMs - command.spawnedMs
}

/** For how long the command's own processes are kept from running, at most. */
function stoppedMsOf({ steps }: Row): number {
  return steps.reduce((sum, { fault }) => sum + generatorStoppedMs(fault), 0)
}

interface Left {
  readonly processes: readonly Process[]
  /** When the last process had ended, as far as is known; `null` if one hadn't. */
  readonly endedAt: number | null
}

async function leftRunning({ family }: Command): Promise<Left> {
  const until = Date.now() + LEFT_MS
  for (;;) {
    const processes = family.members()
    if (processes.length === 0) return { processes, endedAt: Date.now() }
    if (Date.now() >= until) return { processes, endedAt: null }
    await sleep(100)
  }
}

async function observe(seen: {
  readonly row: Row
  readonly stand: Stand
  readonly command: Command
  readonly clock: RunClock
  readonly made: readonly Made[]
  readonly notMade: readonly string[]
  readonly exitCode: number | null
  readonly tookMs: number
  readonly left: Left
}): Promise<Observation> {
  const { row, stand, command, clock, made, notMade, exitCode, tookMs, left } = seen
  const { runs, problems } = await readResults(stand.places.results)
  const load = loadIn(runs[0])
  const movesClock =
    row.stage.clockAheadMs !== 0 || row.steps.some(({ fault }) => fault.kind === 'step clock')
  const startedAt = load === null || movesClock ? null : Date.parse(load.startedAt)
  const lastFaultAt = Math.max(...made.map(({ unixMs }) => unixMs))
  return {
    exitCode,
    output: command.output,
    runs,
    fileProblems: problems,
    tookMs,
    startUpMs: startUpOf(command, clock),
    hasOpened: clock.openedMs !== null,
    leftRunning: left.processes.map((process) => commandOf(process).slice(0, 80)),
    leftBehind: stand.leftBehind(),
    endedAfterFaultMs:
      left.endedAt === null || made.length === 0 ? null : left.endedAt - lastFaultAt,
    notMade,
    made: made.map(({ at, unixMs }) => ({
      at,
      actualMs: startedAt === null ? null : unixMs - startedAt,
    })),
    stoppedMs: stoppedMsOf(row),
    registrationTtlMs: row.expected.ttlAboveMs === undefined ? null : await ttlOf(stand),
  }
}

async function ttlOf({ servers }: Stand): Promise<number | null> {
  if (servers.redis === undefined) return null
  const redis = new Redis(servers.redis.port, '127.0.0.1')
  try {
    return await redis.pttl(`${NAMESPACE}:loadtest-user-1`)
  } finally {
    redis.disconnect()
  }
}
