import { registerAll, test } from './measuring/core-test.ts'
import { startSubscribers } from '../../src/subscribers/start-subscribers.ts'
import { loadTestIdentity, loadTestMetadata } from '../../src/workloads/register.ts'
import { openFanOut } from './open-fan-out.ts'

const TARGETS = 1_000

test('multicast: to 1,000 on 4 gateways, receipts included', async ({
  compare,
  servers,
  testbed,
  openTestbed,
  onTestFinished,
}) => {
  const fanOut = await openFanOut(servers.natsUrls, testbed, { targets: TARGETS, gateways: 4 })
  onTestFinished(fanOut.close)

  const { namespace, registry } = await openTestbed('multicast-subjects')
  const host = await startSubscribers(servers.natsUrls, namespace)
  onTestFinished(() => host.close())
  await host.host(Array.from({ length: TARGETS }, (_, n) => loadTestIdentity(n)))
  await registerAll(registry, TARGETS, (n) => ({
    identity: loadTestIdentity(n),
    metadata: loadTestMetadata(n),
  }))
  const bySubjects = async () => {
    const { deliveredCount } = await registry.multicast({}, 'load test')
    if (deliveredCount !== TARGETS) throw new Error(`Only ${deliveredCount} were delivered.`)
  }

  await compare({
    contenders: [
      { name: 'by 4 gateways', run: fanOut.multicast },
      { name: 'bare request-reply to each', run: fanOut.requestReply },
      { name: 'by own subjects', run: bySubjects, every: 10 },
    ],
    figures: [
      {
        what: 'by gateways, by a bare request-reply to each of them',
        ratio: ['by 4 gateways', 'bare request-reply to each'],
        must: { atMost: 4 },
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
