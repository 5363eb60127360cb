import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { HostedSubscribers } from '../hosted-subscribers.ts'
import { parseIdentityPattern } from '../identity-pattern.ts'
import { MemoryBroker } from './memory-broker.ts'

const GATEWAYS = ['g1', 'g2']
const IDENTITIES = ['a', 'b']
const MEMBERS = 5

const step = fc.record({
  does: fc.constantFrom('join', 'leave', 'listen', 'unlisten', 'match', 'unmatch'),
  member: fc.nat(MEMBERS - 1),
  identity: fc.constantFrom(...IDENTITIES),
})

describe('a memory broker', () => {
  test('reaches, per gateway, all members that subscribe to the identity, or one member with a pattern', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const broker = new MemoryBroker()
        const members = Array.from({ length: MEMBERS }, (_, n) => memberOf(broker, n))
        for (const { does, member, identity } of steps) members[member]?.[does](identity)
        const joined = members.filter(({ isJoined }) => isJoined())
        for (const identity of IDENTITIES) {
          const reached = broker.hostsOf({ identity, gateway: null })
          for (const gateway of GATEWAYS) {
            const sharing = joined.filter((member) => member.gateway === gateway)
            const own = sharing.filter(({ subscribers }) => subscribers.hasOwn(identity))
            const matching = sharing.filter(({ subscribers }) => subscribers.has(identity))
            const here = sharing.filter(({ subscribers }) => reached.includes(subscribers))
            if (own.length > 0) expect(here).toEqual(own)
            else expect(here).toHaveLength(Math.min(1, matching.length))
            for (const member of here) expect(matching).toContain(member)
          }
          expect(new Set(reached).size).toBe(reached.length)
        }
      }),
    )
  })

  test('gives each message for a shared gateway to one member in rotation', () => {
    const broker = new MemoryBroker()
    const members = Array.from({ length: 4 }, (_, n) => memberOf(broker, 2 * n))
    for (const member of members) {
      member.join()
      member.listen('a')
    }
    members[1]?.leave()
    const target = { identity: 'a', gateway: 'g1' }
    const reached = Array.from({ length: 6 }, () => broker.hostsOf(target))
    for (const hosts of reached) expect(hosts).toHaveLength(1)
    for (const [n, member] of members.entries()) {
      const times = reached.filter(([hosts]) => hosts === member.subscribers).length
      expect(times).toBe(n === 1 ? 0 : 2)
    }
  })

  test('asks only members that may have a subscription, however many messengers exist', () => {
    const broker = new MemoryBroker()
    const asked = vi.spyOn(HostedSubscribers.prototype, 'has')
    onTestFinished(() => asked.mockRestore())
    for (let n = 0; n < 100; n += 1) {
      const member = memberOf(broker, n)
      member.join()
      member.listen(`user-${n}`)
    }
    expect(broker.hostsOf({ identity: 'user-7', gateway: null })).toHaveLength(1)
    expect(broker.hostsOf({ identity: 'nobody', gateway: null })).toEqual([])
    expect(asked.mock.calls.length).toBeLessThanOrEqual(1)
  })
})

/** A messenger's subscribers, registered with a broker. */
function memberOf(broker: MemoryBroker, n: number) {
  const gateway = GATEWAYS[n % GATEWAYS.length] ?? ''
  let subscribers = new HostedSubscribers()
  let isJoined = false
  const removals = new Map<string, () => boolean>()
  return {
    gateway,
    get subscribers() {
      return subscribers
    },
    isJoined: () => isJoined,
    join: () => {
      if (!isJoined) broker.join(gateway, subscribers)
      isJoined = true
    },
    leave: () => {
      broker.leave(subscribers)
      subscribers = new HostedSubscribers()
      removals.clear()
      isJoined = false
    },
    listen: (identity: string) => {
      if (!isJoined) return
      const subscribed = { handler: () => {} }
      subscribers.add(identity, subscribed)
      removals.set(identity, () => subscribers.remove(identity, subscribed))
      broker.listen(subscribers, identity)
    },
    unlisten: (identity: string) => {
      if (removals.get(identity)?.()) broker.unlisten(subscribers, identity)
    },
    match: (identity: string) => {
      if (!isJoined) return
      const pattern = `${identity}*`
      removals.set(
        pattern,
        subscribers.addMatching(parseIdentityPattern(pattern), () => {}),
      )
      broker.listenMatching(subscribers, pattern)
    },
    unmatch: (identity: string) => {
      const pattern = `${identity}*`
      if (removals.get(pattern)?.()) broker.unlistenMatching(subscribers, pattern)
    },
  }
}
