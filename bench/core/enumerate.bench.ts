import { formatCount } from '../../src/format.ts'
import { registerAll, test, twoChanges } from './measuring/core-test.ts'
import { loadTestIdentity, loadTestMetadata } from '../../src/workloads/register.ts'

test('enumerate: 1,000 identities, two changes since the last', async ({
  compare,
  bareRedis,
  registry,
  testbed,
  openTestbed,
  connectTo,
}) => {
  const scanning = await connectTo(testbed.namespace, { strategy: 'scan' })
  const writer = await connectTo(testbed.namespace)
  const { registry: elsewhere } = await openTestbed('enumerate-elsewhere')
  const registrationOf = (n: number) => ({
    identity: loadTestIdentity(n),
    metadata: loadTestMetadata(n),
  })
  await registerAll(writer, 1_000, registrationOf)
  await registerAll(elsewhere, 1_000, registrationOf)
  const online = { status: 'online' }
  await compare({
    contenders: [
      {
        name: 'replica',
        before: twoChanges(writer, 1_000, registrationOf),
        run: () => registry.enumerate(online),
      },
      {
        // After the same amount of other work, but nothing for the replica to catch up with.
        name: 'bare PING',
        before: twoChanges(elsewhere, 1_000, registrationOf),
        run: () => bareRedis.ping(),
      },
      // Rarely, because a scan leaves garbage whose collection would count against the replica.
      { name: 'scan', run: () => scanning.enumerate(online), every: 100 },
    ],
    figures: [
      { what: 'scan by replica', ratio: ['scan', 'replica'], must: { atLeast: 20 } },
      { what: 'replica by a bare PING', ratio: ['replica', 'bare PING'], must: { atMost: 3 } },
    ],
    rounds: 3_000,
    warmUpRounds: 1_000,
  })
})

test('enumerate: 100 matches of 100,000, two changes since the last', async ({
  compare,
  testbed,
  openTestbed,
}) => {
  const small = await openTestbed('enumerate-small')
  const contenders = []
  for (const { registry, count } of [
    { registry: testbed.registry, count: 100_000 },
    { registry: small.registry, count: 1_000 },
  ]) {
    const groups = count / 100
    const registrationOf = (n: number) => ({
      identity: loadTestIdentity(n),
      metadata: { ...loadTestMetadata(n), group: n % groups },
    })
    await registerAll(registry, count, registrationOf)
    contenders.push({
      name: `100 of ${formatCount(count)}`,
      before: twoChanges(registry, count, registrationOf),
      run: () => registry.enumerate({ group: 7 }),
    })
  }
  await compare({
    contenders,
    figures: [
      {
        what: '100 of 100,000 by 100 of 1,000',
        ratio: ['100 of 100,000', '100 of 1,000'],
        must: { atMost: 2 },
      },
    ],
    rounds: 1_000,
    warmUpRounds: 500,
  })
})
