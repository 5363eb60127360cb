import { inject } from 'vitest'
import type { Backends } from '../environment/backends.ts'
import { InputError } from '../input-error.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import type { Subscribers } from '../subscribers/subscriber-host.ts'
import { openTestbed, type Testbed } from '../workloads/testbed.ts'
import { test as base, type LoadFixture } from './load-test.ts'
import { shardSettings } from './shard-settings.ts'

/**
 * The test of a scenario that measures the registry. It adds to the fixtures of `load-test.ts`:
 *
 * - `registry` is connected to the servers under test, in the test's own namespace, which is cleared
 *   afterwards.
 * - `subscribers` hosts receivers of that namespace's multicasts in another process.
 * - `openTestbed` opens further namespaces, each with its own registry and receivers.
 * - `backends` describes the servers under test.
 */
export const test = base
  .extend('backends', (): Backends => {
    const backends: Backends | undefined = inject('backends')
    if (backends !== undefined) return backends
    throw new InputError(
      'This scenario uses a fixture of the registry, but its project starts no Redis and NATS. Name their system in the configuration, or set BENCH_SYSTEM.',
    )
  })
  .extend('openTestbeds', ({ signal: _signal }, { onCleanup }) => {
    const opened: Testbed[] = []
    onCleanup(async () => {
      await Promise.all(opened.map((testbed) => testbed.close()))
    })
    return opened
  })
  // Fixtures are closed in the reverse of this order: receivers outlive a load that Ctrl-C ends, and report to it.
  .extend('load', ({ openTestbeds, load }): LoadFixture => {
    void openTestbeds
    return load
  })
  .extend('openTestbed', ({ backends, openTestbeds: opened }) => {
    const shared = shardSettings(process.env)
    return async (name: string): Promise<Testbed> => {
      const testbed = await openTestbed(backends, name, shared)
      opened.push(testbed)
      return testbed
    }
  })
  .extend('testbed', ({ task, openTestbed: open }): Promise<Testbed> => open(task.name))
  .extend('registry', ({ testbed }): MulticastRegistry => testbed.registry)
  .extend('subscribers', ({ testbed }): Promise<Subscribers> => testbed.startSubscribers())

// A scenario imports one module.
export * from './load-test.ts'
