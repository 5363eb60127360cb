import { numbersIn, test, users } from '../../src/vitest/registry-test.ts'
import { multicast } from '../../src/workloads/multicast.ts'
import { loadTestIdentity } from '../../src/workloads/register.ts'
import { requireTargets } from '../../src/workloads/require-targets.ts'

const USERS = 50
const TEAMS = 10

// Users rather than a rate: each signs in, lists, sends to everyone present and signs out, and
// waits for every answer. On a slower system, users are slower rather than more numerous.
test('users: sessions of 50 people', async ({ load, registry, subscribers, shard }) => {
  await subscribers.host(numbersIn(shard, USERS).map(loadTestIdentity))
  const addressed = requireTargets(registry)
  const { gateway } = subscribers

  await load({
    users: users(USERS, { thinkTime: '500ms' }),
    session: {
      setUp: ({ user }) => ({ identity: loadTestIdentity(user), team: `team-${user % TEAMS}` }),
      steps: {
        signIn: ({ state: { identity, team } }) =>
          registry.register(identity, { status: 'online', team }, { gateway, replace: true }),
        renew: ({ state: { identity } }) => registry.heartbeat(identity, 60_000),
        list: ({ state: { team } }) => addressed.enumerate({ team }),
        send: multicast(addressed, subscribers, { shard }),
        signOut: ({ state: { identity } }) => registry.unregister(identity),
      },
      tearDown: ({ state: { identity } }) => registry.unregister(identity),
    },
    shard,
    duration: { short: '15s', full: '10m' },
    slo: {
      successRate: 0.99,
      response: { p95: '20ms' },
      operations: { send: { completion: { p95: '50ms' }, delivery: { rate: 0.98 } } },
    },
  })
})
