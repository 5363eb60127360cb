import type { Phase, Load } from './load.ts'
import type { Population } from './population.ts'
import type { Work } from './work.ts'

/** The loads that coefficients are fitted to: each has a part that no other has as much of. */
export function experimentsOf(main: Population, wide: Population): readonly Load[] {
  const one = (name: string, population: Population, phase: Phase): Load => ({
    name,
    population,
    phases: [phase],
    times: 1,
  })
  const change = (kind: 'register' | 'heartbeat' | 'unregister', count: number) => ({
    writer: [{ kind, count }],
  })
  const enumerate = (audience: 'nobody' | 'group', count: number) => ({
    readers: [{ kind: 'enumerate', audience, count } as const],
  })
  const multicast = (
    audience: 'one gateway' | 'all gateways' | 'group',
    count: number,
    payloadBytes = 100,
  ) => ({ readers: [{ kind: 'multicast', audience, count, payloadBytes } as const] })
  const following = (name: string, population: Population, work: Work): Load => ({
    name,
    population,
    phases: [{ writer: [work] }, enumerate('nobody', 1)],
    times: 15,
  })
  return [
    one('heartbeat', main, change('heartbeat', 6_000)),
    one('register', main, change('register', 5_000)),
    one('register, large metadata', wide, change('register', 4_000)),
    one('unregister and register', main, change('unregister', 3_000)),
    one('enumerate nobody', main, enumerate('nobody', 1_500)),
    one('enumerate a group', main, enumerate('group', 120)),
    following('follow heartbeats', main, { kind: 'heartbeat', count: 200 }),
    following('follow registrations', main, { kind: 'register', count: 200 }),
    following('follow registrations, large metadata', wide, { kind: 'register', count: 150 }),
    one('multicast to one gateway', main, multicast('one gateway', 2_000)),
    one('multicast to all gateways', main, multicast('all gateways', 1_000)),
    one('multicast to a group', main, multicast('group', 100)),
    one('multicast, large payload', main, multicast('all gateways', 500, 20_000)),
  ]
}

/**
 * Everything at once. Its CPU time is more than that of its parts alone, whose code and data stay in
 * the caches.
 */
export function mixedLoadsOf(main: Population, wide: Population): readonly Load[] {
  const mixed = (population: Population, parts: number): Load => ({
    name: 'everything at once',
    population,
    phases: [
      {
        writer: [
          { kind: 'heartbeat', count: 1_000 * parts },
          { kind: 'register', count: 500 * parts },
          { kind: 'unregister', count: 150 * parts },
        ],
        readers: [
          { kind: 'enumerate', audience: 'group', count: 80 * parts },
          { kind: 'multicast', audience: 'group', count: 40 * parts, payloadBytes: 1_000 },
        ],
      },
      { readers: [{ kind: 'enumerate', audience: 'nobody', count: 1 }] },
    ],
    times: 1,
  })
  return [mixed(main, 3), mixed(wide, 4)]
}
