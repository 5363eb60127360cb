import { test } from './measuring/growth-test.ts'
import { enumerateCases } from './cost-growth/enumerate.ts'
import { multicastCases } from './cost-growth/multicast.ts'
import { startRefusingNats } from './cost-growth/refusing-nats.ts'
import { registrationCases } from './cost-growth/registrations.ts'
import { subscribedHosts, subscriptionCases } from './cost-growth/subscriptions.ts'
import { watchCases } from './cost-growth/watch.ts'

// Every operation and option: how its cost grows with n. `BENCH_GROWTH_UP_TO` sets the largest n.

test('cost growth: registrations', async ({ servers, worlds, measureAll }) => {
  await measureAll(registrationCases(worlds(servers, 'hosted'), worlds(servers, 'plain')))
})

test('cost growth: enumerate', async ({ servers, worlds, measureAll }) => {
  await measureAll(enumerateCases(worlds(servers, 'hosted')))
})

test('cost growth: watch', async ({ servers, worlds, measureAll }) => {
  await measureAll(watchCases(worlds(servers, 'hosted')))
})

test('cost growth: subscriptions', async ({ servers, worlds, measureAll, onTestFinished }) => {
  const world = await worlds(servers, 'hosted')(100)
  const hosts = subscribedHosts(world)
  onTestFinished(() => hosts.close())
  await measureAll(subscriptionCases(world, hosts))
})

test('cost growth: multicast', async ({
  servers,
  worlds,
  measureAll,
  annotate,
  onTestFinished,
}) => {
  const refusing = await startRefusingNats()
  onTestFinished(() => refusing?.stop())
  if (refusing === null) {
    await annotate('skipped: refused messages, as nats-server is not on the PATH', 'inconclusive')
  }
  await measureAll(
    multicastCases({
      hosted: worlds(servers, 'hosted'),
      plain: worlds(servers, 'plain'),
      scattered: worlds(servers, 'scattered'),
      refusingNats: refusing?.url ?? null,
    }),
  )
})
