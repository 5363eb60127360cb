import type { TestProject } from 'vitest/node'
import type { Backends } from '../environment/backends.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What this run is measured against; see `src/environment/backends.ts`. */
    backends: Backends
  }
}

/** Starts the backends once for a project's tests and ends them afterwards. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { REDIS_URL, NATS_URL } = process.env
  project.provide(
    'backends',
    REDIS_URL && NATS_URL
      ? { kind: 'external', redisUrl: REDIS_URL, natsUrls: [NATS_URL], redisVersion: '', natsVersion: '' }
      : { kind: 'memory', notice: 'No servers given.' },
  )
  return async () => {}
}
