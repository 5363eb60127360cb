import { reportSides } from '../../src/core-bench/compare.ts'
import { registerAll, test } from '../../src/core-bench/core-test.ts'
import { renderGrowth } from '../../src/core-bench/growth.ts'
import { interleave, type Side } from '../../src/core-bench/interleave.ts'
import { startSubscribers } from '../../src/subscribers/start-subscribers.ts'
import { loadTestIdentity, loadTestMetadata } from '../workloads/register.ts'

const SIZES = [100, 1_000, 10_000, 100_000]
const OPERATIONS = ['register', 'heartbeat', 'enumerate 100', 'multicast to 100'] as const

test('cost growth: each operation by the number of identities', async ({
  annotate,
  bench,
  servers,
  testbed,
  openTestbed,
  connectTo,
  onTestFinished,
}) => {
  const host = await startSubscribers(servers.natsUrls, testbed.namespace)
  onTestFinished(() => host.close())
  const sides: Side[] = []
  for (const size of SIZES) {
    const { namespace } = await openTestbed(`of-${size}`)
    const registry = await connectTo(namespace)
    // Each group has 100 members; those of group 0 are hosted.
    const groups = size / 100
    const registrationOf = (n: number) => ({
      identity: loadTestIdentity(n),
      metadata: { ...loadTestMetadata(n), group: n % groups },
      gateway: host.gateway,
    })
    await host.host(Array.from({ length: 100 }, (_, member) => loadTestIdentity(member * groups)))
    await registerAll(registry, size, registrationOf)
    const some = () => registrationOf(Math.floor(Math.random() * size))
    const run = {
      register: () => {
        const { identity, metadata, gateway } = some()
        return registry.register(identity, metadata, { replace: true, gateway })
      },
      heartbeat: () => registry.heartbeat(some().identity),
      'enumerate 100': () => registry.enumerate({ group: 0 }),
      'multicast to 100': () => registry.multicast({ group: 0 }, 'cost growth'),
    } satisfies Record<(typeof OPERATIONS)[number], () => Promise<unknown>>
    for (const operation of OPERATIONS) {
      sides.push({ name: sideName(operation, size), run: run[operation] })
    }
  }
  const samples = await interleave(sides, { rounds: 1_000, warmUpRounds: 300 })
  await reportSides(bench, samples)
  await annotate(`\n${renderGrowth(OPERATIONS, SIZES, sideName, samples)}`)
})

function sideName(operation: string, size: number): string {
  return `${operation} of ${size.toLocaleString('en')}`
}
