import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from './command.ts'
import type { FaultTime, Step } from './faults.ts'
import { inject, NotMadeError } from './inject.ts'
import { allowedMs } from './invariants.ts'
import { observe, startUpOf, stoppedMsOf, type Left } from './observe.ts'
import type { Observation } from './observation.ts'
import { setUp, type Rig } from './rig.ts'
import type { Row } from './row.ts'
import { RunClock } from './run-clock.ts'

/** Time for a run's processes to end after the shell has returned, in ms. */
const LEFT_MS = 5_000
/** A run that exceeds its time by this much, in ms, is killed. */
const HUNG_MS = 10_000
/** Time for a fault before the start to take effect, in ms. */
const EFFECT_MS = 200

/**
 * Runs a row's load, injects its faults, and returns the observations.
 * @param signal ends everything that was started; the call rejects then.
 * @throws EnvironmentError if servers are missing.
 */
export async function runRow(row: Row, signal: AbortSignal): Promise<Observation> {
  const rig = await setUp(row)
  const faults = new FaultsUnderWay(rig, signal)
  let command: Command | null = null
  try {
    const { clockAheadMs } = row.stage
    if (clockAheadMs !== 0) writeFileSync(rig.clockFile, `${clockAheadMs}`)
    for (const step of row.steps) {
      if (step.at === 'before start') await faults.begin(step)
    }
    const clock = new RunClock(row.load, Date.now())
    const started = new Command(row, rig, (chunk) => clock.read(chunk, Date.now()))
    command = started
    if (row.stage.output !== 'pipe') clock.assumeStarted()
    for (const step of row.steps) {
      if (step.at !== 'before start') faults.schedule(step, started, clock)
    }
    const exitCode = await exitOf(row, started, clock, signal)
    const tookMs = Date.now() - started.spawnedMs
    if (exitCode === null) started.end()
    // A stopped process ends only after SIGCONT, or by SIGKILL.
    const isEnded = row.steps.some(({ fault }) => fault.kind === 'kill' || fault.kind === 'signal')
    if (isEnded) await faults.end()
    const left = await leftRunning(started)
    await faults.end()
    const { made, notMade } = faults
    return await observe({ row, rig, command, clock, made, notMade, exitCode, tookMs, left })
  } finally {
    command?.end()
    await faults.end()
    await rig.remove()
  }
}

/** The faults of one run, scheduled and lasting. */
class FaultsUnderWay {
  readonly made: { readonly at: FaultTime; readonly unixMs: number }[] = []
  readonly notMade: string[] = []
  readonly #rig: Rig
  readonly #ended = new AbortController()
  readonly #stop: AbortSignal
  readonly #underWay: Promise<void>[] = []

  constructor(rig: Rig, signal: AbortSignal) {
    this.#rig = rig
    this.#stop = AbortSignal.any([signal, this.#ended.signal])
  }

  /** Injects a fault before the command starts; resolves once it has taken effect, even if it lasts. */
  async begin(step: Step): Promise<void> {
    const making = this.#make(step, null)
    this.#follow(making)
    await Promise.race([making, sleep(EFFECT_MS)])
  }

  /** Injects a fault when its time comes. */
  schedule(step: Step, command: Command, clock: RunClock): void {
    const making = clock.reach(step.at, this.#stop).then(
      () => this.#make(step, command),
      () => void this.notMade.push(`${step.fault.kind}: the run never reached its time`),
    )
    this.#follow(making)
  }

  /** Ends lasting faults: resumes stopped processes and mends connections. */
  async end(): Promise<void> {
    this.#ended.abort()
    await Promise.all(this.#underWay)
  }

  /** Its failure is reported by `end`. */
  #follow(making: Promise<void>): void {
    making.catch(() => {})
    this.#underWay.push(making)
  }

  async #make({ at, fault }: Step, command: Command | null): Promise<void> {
    const scene = { rig: this.#rig, command, ended: this.#stop }
    try {
      await inject(fault, scene, () => this.made.push({ at, unixMs: Date.now() }))
    } catch (error) {
      if (!(error instanceof NotMadeError)) throw error
      this.notMade.push(`${fault.kind}: ${error.message}`)
    }
  }
}

/** `null` for a run that took too long and was ended. */
async function exitOf(
  row: Row,
  command: Command,
  clock: RunClock,
  signal: AbortSignal,
): Promise<number | null> {
  const isOver = new AbortController()
  const stop = AbortSignal.any([signal, isOver.signal])
  const watch = async (): Promise<null> => {
    for (;;) {
      await sleep(200, undefined, { signal: stop })
      const allowed = allowedMs(row, startUpOf(command, clock), stoppedMsOf(row))
      if (Date.now() - command.spawnedMs > allowed + HUNG_MS) return null
    }
  }
  try {
    return await Promise.race([command.exitCode, watch()])
  } finally {
    isOver.abort()
  }
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
