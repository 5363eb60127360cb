import type { TestProject } from 'vitest/node'
import type { Backends } from '../environment/backends.ts'
import { EnvironmentError } from '../environment/environment-error.ts'
import { backendSettings } from '../environment/settings.ts'
import { startBackends } from '../environment/start-backends.ts'
import type { StartedBackends } from '../environment/start-backends.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What this run is measured against; see `src/environment/backends.ts`. */
    backends: Backends
  }
}

/** Shared by the projects of a run, which come here one after the other. */
let started: Promise<StartedBackends> | undefined
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
    return async () => {
      users -= 1
      if (users > 0) return
      started = undefined
      await stop()
    }
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    logger.error(error.message)
    process.exit(2)
  }
}
