import { connect } from '@nats-io/transport-node'
import { registerAll, test } from '../../src/core-bench/core-test.ts'
import { DEFAULT_SUBJECT_PREFIX, Subjects } from '../../src/registry/nats/subjects.ts'
import type { MulticastRegistry } from '../../src/registry/registry.ts'
import { stampPayload } from '../../src/subscribers/stamp.ts'
import { startSubscribers } from '../../src/subscribers/start-subscribers.ts'
import { loadTestIdentity, loadTestMetadata } from '../workloads/register.ts'

const IDENTITIES = 1_000
const GATEWAYS = 4

test('multicast: to 1,000 on 4 gateways, receipts included', async ({
  compare,
  servers,
  testbed,
  openTestbed,
  connectTo,
  onTestFinished,
}) => {
  const hosts = await Promise.all(
    Array.from({ length: GATEWAYS }, () => startSubscribers(servers.natsUrls, testbed.namespace)),
  )
  onTestFinished(async () => {
    await Promise.all(hosts.map((host) => host.close()))
  })
  const identities = Array.from({ length: IDENTITIES }, (_, n) => loadTestIdentity(n))
  for (const [at, host] of hosts.entries()) {
    await host.host(identities.filter((_, n) => n % GATEWAYS === at))
  }
  await hosts[0]?.host(['alone'])

  const byGateway = testbed.registry
  await registerAll(byGateway, IDENTITIES, (n) => ({
    identity: loadTestIdentity(n),
    metadata: loadTestMetadata(n),
    gateway: hosts[n % GATEWAYS]?.gateway ?? '',
  }))
  const { namespace } = await openTestbed('multicast-subjects')
  const subjectHost = await startSubscribers(servers.natsUrls, namespace)
  onTestFinished(() => subjectHost.close())
  await subjectHost.host(identities)
  const bySubject = await connectTo(namespace)
  await registerAll(bySubject, IDENTITIES, (n) => ({
    identity: loadTestIdentity(n),
    metadata: loadTestMetadata(n),
  }))

  const nats = await connect({ servers: [...servers.natsUrls] })
  onTestFinished(() => nats.close())
  const payload = stampPayload(
    { loadId: 0, number: 0, intendedAtMs: 0, isWarmUp: true },
    Buffer.alloc(64),
  )
  const lists = Buffer.from(identities.join('\n'))
  const sameBytes = Buffer.concat([...hosts.map(() => payload), lists])
  const alone = new Subjects(DEFAULT_SUBJECT_PREFIX, testbed.namespace).identity('alone')
  await compare({
    sides: [
      { name: 'by 4 gateways', run: () => deliver(byGateway, payload) },
      { name: 'one request-reply', run: () => nats.request(alone, sameBytes) },
      { name: 'by own subjects', run: () => deliver(bySubject, payload), every: 10 },
    ],
    figures: [
      {
        what: 'by gateways, by a bare request-reply of as many bytes',
        ratio: ['by 4 gateways', 'one request-reply'],
        must: { atMost: 5 },
      },
      {
        what: 'by own subjects, by gateways',
        ratio: ['by own subjects', 'by 4 gateways'],
        must: { atLeast: 5 },
      },
    ],
    rounds: 1_500,
    warmUpRounds: 500,
  })
})

async function deliver(registry: MulticastRegistry, payload: Uint8Array): Promise<void> {
  const { deliveredCount } = await registry.multicast({}, payload)
  if (deliveredCount !== IDENTITIES) throw new Error(`Only ${deliveredCount} were delivered.`)
}
