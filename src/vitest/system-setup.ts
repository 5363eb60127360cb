import type { TestProject } from 'vitest/node'
import type { Backends } from '../environment/backends.ts'
import { EXIT } from '../exit-code.ts'
import { EnvironmentError } from '../environment/environment-error.ts'
import { redactUrls } from '../environment/redact-url.ts'
import type { Reference } from '../environment/reference/reference.ts'
import { isSignalCode, SIGNAL_CODES, SIGNALS, type SignalName } from '../process/signals.ts'
import type { MeasuredSystem } from '../run-file/run-file.ts'
import { handedOver, RUNNING_SYSTEM, type RunningSystem } from './running-system.ts'
import { shardSettings } from './shard-settings.ts'
import { StartInterrupted, startSystem, systemModule } from './start-system.ts'

/** The system under test, for the reporter. */
export interface Measured {
  readonly system: MeasuredSystem
  /** npm packages by which requests reach the system. */
  readonly clients: readonly string[]
  /** Result of the reference workload; `null` if it was not run. */
  readonly reference: Reference | null
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Path or URL of the module of the system under test; by default none is started. */
    systemModule?: string
    measured?: Measured
    /** Redis and NATS, from `registry-system.ts`. */
    backends: Backends
  }
}

/** Nothing was started: scenarios connect to their system themselves. */
export const UNDECLARED: Measured = { system: { kind: 'undeclared' }, clients: [], reference: null }

/** Systems by module, shared by the projects of a run, whose set-ups run one after the other. */
const running = new Map<string, Shared>()

interface Shared {
  readonly started: Promise<RunningSystem>
  reference: Promise<Reference | null> | null
  users: number
}

/**
 * Global set-up of a project: starts the system under test once per run, provides it to the project's tests,
 * and stops it after the last project. `BENCH_SYSTEM` names the system's module, or else the project's
 * configuration does, as `provide: { systemModule }`; without either, or with `none`, nothing is started. Exits with 2 and a
 * message if the system is unavailable.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const file = systemModule(process.env, project.getProvidedContext().systemModule)
  if (file === undefined) return async () => {}
  const { logger } = project.vitest
  const onProgress = (message: string): void => logger.error(message)
  try {
    const shared = running.get(file) ?? {
      started: start(file, onProgress),
      reference: null,
      users: 0,
    }
    running.set(file, shared)
    shared.users += 1
    const { system, clients, provide, measureReference, stop } = await shared.started
    if (system.kind === 'memory' && shared.users === 1) onProgress(system.notice)
    for (const [name, value] of Object.entries(provide)) {
      project.provide(name as 'systemModule', value as string)
    }
    if (project.name !== 'unit') {
      shared.reference ??= referenceOf(measureReference, onProgress)
      project.provide('measured', { system, clients, reference: await shared.reference })
    }
    const forget = shared.users === 1 ? stopOnSignals(stop) : () => {}
    return async () => {
      forget()
      shared.users -= 1
      if (shared.users > 0) return
      running.delete(file)
      try {
        await stop()
      } catch (error) {
        logger.error(`${file}: the system did not stop: ${stackOf(error)}`)
        breakAtExit()
      }
    }
  } catch (error) {
    if (error instanceof EnvironmentError || error instanceof StartInterrupted) {
      logger.error(error.message)
    } else {
      logger.error(`${file}: the system did not start: ${stackOf(error)}`)
    }
    process.exit(error instanceof StartInterrupted ? error.exitCode : EXIT.broken)
  }
}

/** Without secrets. */
function stackOf(error: unknown): string {
  return redactUrls(error instanceof Error ? (error.stack ?? error.message) : String(error))
}

/** The process exits with 2, whatever the run's outcome, unless a signal ended it. */
function breakAtExit(): void {
  process.once('exit', (code) => {
    if (!isSignalCode(code)) process.exitCode = EXIT.broken
  })
}

function start(file: string, onProgress: (message: string) => void): Promise<RunningSystem> {
  const given = process.env[RUNNING_SYSTEM]
  return given
    ? Promise.resolve(handedOver(given))
    : startSystem(file, { env: process.env, onProgress })
}

/** Stops the system on a signal that nothing else handles, as in `vitest run` without a terminal. */
function stopOnSignals(stop: () => Promise<void>): () => void {
  const onSignal = (signal: SignalName): void => {
    if (process.listenerCount(signal) > 1) return
    void stop().finally(() => process.exit(SIGNAL_CODES[signal]))
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}

/** `null` if there is no reference workload, if a server refuses it, or for shards, which would disturb each other's. */
async function referenceOf(
  measure: (() => Promise<Reference>) | null,
  onProgress: (message: string) => void,
): Promise<Reference | null> {
  if (measure === null || shardSettings(process.env) !== null) return null
  try {
    return await measure()
  } catch (error) {
    const reason = redactUrls(error instanceof Error ? error.message : String(error))
    onProgress(`No reference for this run: the reference workload failed: ${reason}`)
    return null
  }
}
