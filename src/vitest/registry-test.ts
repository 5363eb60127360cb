import { inject } from 'vitest'
import type { Backends } from '../environment/backends.ts'
import { openNetwork, type Network } from '../environment/network/network.ts'
import { FaultableNodes } from '../environment/nodes/faultable-nodes.ts'
import { NatsNodes } from '../environment/nodes/nats-nodes.ts'
import { RedisNodes } from '../environment/nodes/redis-nodes.ts'
import { InputError } from '../input-error.ts'
import type { MulticastRegistry } from '../registry/registry.ts'
import type { Gateway } from '../subscribers/gateway.ts'
import type { Subscribers } from '../subscribers/subscriber-host.ts'
import type { RegistrationLedger } from '../workloads/ledgers/registration-ledger.ts'
import { openTestbed, type Testbed } from '../workloads/testbed.ts'
import type { AnyLoad } from './load.ts'
import { test as base, type LoadFixture } from './load-test.ts'
import { shardSettings } from './shard-settings.ts'

/** How the clients of a test connect: what its other fixtures ask for before a testbed is opened. */
interface Route {
  network: Network | null
  isDurable: boolean
}

/**
 * The test of a scenario that measures the registry. It adds to the fixtures of `load-test.ts`:
 *
 * - `registry` is connected to the servers under test, in the test's own namespace, which is cleared
 *   afterwards.
 * - `subscribers` hosts receivers of that namespace's multicasts in another process.
 * - `gateway` hosts receivers as `subscribers` does, in a process that faults can kill, restart and pause; it
 *   takes NATS with JetStream, and lets `registry` send exactly-once.
 * - `redis` and `nats` are the servers, which faults can kill, pause and restart; whatever is down when the test ends is
 *   started again.
 * - `network.redis` and `network.nats` are the connections of registry and receivers, which faults can cut and
 *   slow. A test that takes it connects by proxies.
 * - `ledger` remembers acknowledged registrations: `register(registry, { ledger })`.
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
  // Fixtures are opened in this order, as far as a test takes them, and closed in the reverse of it: receivers outlive
  // a load that Ctrl-C ends, and report to it; proxies outlive both.
  .extend('route', ({ signal: _signal }, { onCleanup }) => {
    const route: Route = { network: null, isDurable: false }
    onCleanup(() => route.network?.close())
    return route
  })
  .extend('faultable', ({ backends }) => new FaultableNodes(backends))
  .extend('openTestbeds', ({ route: _route, faultable }, { onCleanup }) => {
    const opened: Testbed[] = []
    onCleanup(async () => {
      // The load has ended; its keys can be removed only where servers run.
      await faultable.restore()
      await Promise.all(opened.map((testbed) => testbed.close()))
    })
    return opened
  })
  .extend('load', ({ route, openTestbeds, load }): LoadFixture => {
    void openTestbeds
    const byProxies = (given: AnyLoad) =>
      load({ ...given, parameters: { network: 'by proxies', parameters: given.parameters } })
    return ((given: AnyLoad) =>
      route.network === null ? load(given) : byProxies(given)) as LoadFixture
  })
  .extend('redis', async ({ faultable, openTestbeds }): Promise<RedisNodes> => {
    void openTestbeds
    return new RedisNodes(await faultable.use())
  })
  .extend('nats', async ({ faultable, openTestbeds }): Promise<NatsNodes> => {
    void openTestbeds
    return new NatsNodes(await faultable.use())
  })
  .extend('network', async ({ backends, route }): Promise<Network> => {
    route.network = await openNetwork(backends)
    return route.network
  })
  .extend('durable', ({ route }): void => {
    route.isDurable = true
  })
  .extend('openTestbed', ({ backends, route, openTestbeds: opened }) => {
    const shared = shardSettings(process.env)
    return async (name: string): Promise<Testbed> => {
      const { network, isDurable } = route
      const testbed = await openTestbed(backends, name, shared, { network, isDurable })
      opened.push(testbed)
      return testbed
    }
  })
  .extend('testbed', ({ task, openTestbed: open }): Promise<Testbed> => open(task.name))
  .extend('gateway', ({ durable: _durable, testbed }): Promise<Gateway> => testbed.startGateway())
  .extend('registry', ({ testbed }): MulticastRegistry => testbed.registry)
  .extend('ledger', ({ testbed }): RegistrationLedger => testbed.ledger)
  .extend('subscribers', ({ testbed }): Promise<Subscribers> => testbed.startSubscribers())

// A scenario imports one module.
export * from './load-test.ts'
