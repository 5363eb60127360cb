import type { TestProject } from 'vitest/node'
import type { Backends } from '../environment/backends.ts'
import { EnvironmentError } from '../environment/environment-error.ts'
import { backendSettings } from '../environment/settings.ts'
import { redactUrls } from '../environment/redact-url.ts'
import { startBackends } from '../environment/start-backends.ts'
import type { StartedBackends } from '../environment/start-backends.ts'
import {
  runReferenceWorkload,
  type Reference,
} from '../environment/reference/reference-workload.ts'
import { shardSettings } from './shard-settings.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What this run is measured against; see `src/environment/backends.ts`. */
    backends: Backends
    /** What the reference workload took before anything was measured; `null` where it was not run. */
    reference: Reference | null
  }
}

/** Shared by the projects of a run, which come here one after the other. */
let started: Promise<StartedBackends> | undefined
let reference: Promise<Reference | null> | undefined
let users = 0

/**
 * Global setup of a project: starts the backends once a run, provides them to its tests, and ends
 * them when the last project is done. Exits with 2 and a message if they can't be had.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { logger } = project.vitest
  try {
    users += 1
    started ??= startBackends({
      ...backendSettings(process.env),
      onProgress: (message) => logger.error(message),
    })
    const { backends, stop } = await started
    if (backends.kind === 'memory' && users === 1) logger.error(backends.notice)
    project.provide('backends', backends)
    if (project.name !== 'unit') {
      reference ??= measureReference(backends, (message) => logger.error(message))
      project.provide('reference', await reference)
    }
    return async () => {
      users -= 1
      if (users > 0) return
      started = undefined
      reference = undefined
      await stop()
    }
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    logger.error(error.message)
    process.exit(2)
  }
}

/**
 * `null` where there is no server, or one that refuses: a run is worth as much without. Nor do shares
 * have one: they would disturb each other's, and have a start to be ready for.
 */
async function measureReference(
  backends: Backends,
  onProblem: (message: string) => void,
): Promise<Reference | null> {
  if (backends.kind === 'memory' || shardSettings(process.env) !== null) return null
  try {
    return await runReferenceWorkload(backends)
  } catch (error) {
    const reason = redactUrls(error instanceof Error ? error.message : String(error))
    onProblem(`No reference for this run: the reference workload was refused: ${reason}`)
    return null
  }
}
