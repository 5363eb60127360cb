import { systemOf } from './backends.ts'
import { defineSystem } from './system.ts'
import { runReferenceWorkload } from './reference/reference-workload.ts'
import { addressedSettings } from './settings.ts'
import { startBackends } from './start-backends.ts'

/** Redis and NATS, for scenarios with the fixtures of `registry-test.ts`. */
export default defineSystem({
  start: async ({ env, onProgress }) => {
    const { backends, stop } = await startBackends({ ...addressedSettings(env), onProgress })
    return {
      ...systemOf(backends),
      provide: { backends },
      clients: ['ioredis', '@nats-io/transport-node'],
      ...(backends.kind === 'memory'
        ? {}
        : { measureReference: () => runReferenceWorkload(backends) }),
      stop,
    }
  },
})
