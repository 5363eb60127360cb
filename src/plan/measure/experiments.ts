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
  const change = (kind: 'register' | 'heartbeat', count: number) => ({ writer: [{ kind, count }] })
  const unregister = (of: 'transient' | 'members', count: number) => ({
    writer: [{ kind: 'unregister', of, count } as const],
  })
  const enumerate = (audience: 'nobody' | 'group', count: number) => ({
    readers: [{ kind: 'enumerate', audience, count } as const],
  })
  const multicast = (
    audience: 'one gateway' | 'all gateways' | 'group',
    count: number,
    payloadBytes = 100,
  ) => ({ readers: [{ kind: 'multicast', audience, count, payloadBytes } as const] })
  const compared: Phase = {
    readers: [{ kind: 'enumerate', audience: 'nobody', count: 10, pauseMs: 105 }],
  }
  const following = (name: string, population: Population, work: Work): Load => ({
    name,
    population,
    phases: [{ writer: [work] }, enumerate('nobody', 1)],
    times: 15,
  })
  return [
    one('heartbeat', main, change('heartbeat', 4_000)),
    one('register', main, change('register', 4_000)),
    one('register, large metadata', wide, change('register', 3_000)),
    one('unregister and register', main, unregister('transient', 2_000)),
    one('enumerate nobody', main, enumerate('nobody', 1_000)),
    one('enumerate a group', main, enumerate('group', 120)),
    following('follow heartbeats', main, { kind: 'heartbeat', count: 200 }),
    following('follow registrations', main, { kind: 'register', count: 200 }),
    following('follow registrations, large metadata', wide, { kind: 'register', count: 150 }),
    one('multicast to one gateway', main, multicast('one gateway', 1_500)),
    one('multicast to all gateways', main, multicast('all gateways', 600)),
    one('multicast to a group', main, multicast('group', 100)),
    {
      name: 'multicast to new names',
      population: main,
      phases: [
        unregister('members', 2 * main.groups * main.gateways.length),
        multicast('group', main.groups),
      ],
      times: 2,
    },
    one('compare with records', main, compared),
    one('compare with records, large metadata', wide, compared),
    one('multicast, large payload', main, multicast('all gateways', 250, 20_000)),
  ]
}

/**
 * Everything at once. Its CPU time is more than that of its parts alone, whose code and data stay in
 * the caches.
 */
export function mixedLoadsOf(main: Population, wide: Population): readonly Load[] {
  const mixed = (population: Population, parts: number, multicast: Work): Load => ({
    name: 'everything at once',
    population,
    phases: [
      {
        writer: [
          { kind: 'heartbeat', count: 1_000 * parts },
          { kind: 'register', count: 500 * parts },
          { kind: 'unregister', of: 'transient', count: 150 * parts },
        ],
        readers: [{ kind: 'enumerate', audience: 'group', count: 80 * parts }, multicast],
      },
      { readers: [{ kind: 'enumerate', audience: 'nobody', count: 1 }] },
    ],
    times: 1,
  })
  const multicast = (audience: 'group' | 'all gateways', count: number) =>
    ({ kind: 'multicast', audience, count, payloadBytes: 1_000 }) as const
  return [
    mixed(main, 3, multicast('group', 100)),
    mixed(main, 3, multicast('all gateways', 300)),
    mixed(wide, 3, multicast('group', 150)),
  ]
}
