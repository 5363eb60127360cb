import type { Phase, Load } from './load.ts'
import type { Population } from './population.ts'
import type { Work } from './work.ts'

/** The loads that coefficients are fitted to: each emphasises a different part. */
export function experimentsOf(main: Population, wide: Population): readonly Load[] {
  return [
    ...[
      load('heartbeat', main, [change('heartbeat', 4_000)]),
      load('register', main, [change('register', 4_000)]),
      load('register, large metadata', wide, [change('register', 3_000)]),
      load('unregister and register', main, [unregister('transient', 2_000)]),
    ].map((each) => ({ ...each, cpuOf: ['redis', 'writer'] as const })),
    ...[
      load('enumerate nobody', main, [enumerate('nobody', 1_000)]),
      load('enumerate a group', main, [change('heartbeat', 20), enumerate('group', 10)], 10),
      load('follow heartbeats', main, [change('heartbeat', 200), enumerate('nobody', 1)], 15),
      load('follow registrations', main, [change('register', 200), enumerate('nobody', 1)], 15),
      load('follow metadata', wide, [change('register', 150), enumerate('nobody', 1)], 15),
    ].map((each) => ({ ...each, cpuOf: ['redis', 'reader'] as const })),
    ...[
      load('multicast to one gateway', main, [multicast('one gateway', 1_500)]),
      load('multicast to all gateways', main, [multicast('all gateways', 600)]),
      load('multicast to a group', main, [multicast('group', 100)]),
      load('multicast to new names', main, [newNames(main), multicast('group', main.groups)], 2),
      load('multicast, large payload', main, [multicast('all gateways', 250, 20_000)]),
    ].map((each) => ({ ...each, cpuOf: ['nats', 'reader', 'gateway'] as const })),
    ...[
      load('compare with records', main, [compare]),
      load('compare with large records', wide, [compare]),
    ].map((each) => ({ ...each, cpuOf: [] })),
  ]
}

function load(name: string, population: Population, phases: readonly Phase[], times = 1): Load {
  return { name, population, phases, times }
}

function change(kind: 'register' | 'heartbeat', count: number): Phase {
  return { writer: [{ kind, count }] }
}

function unregister(of: 'transient' | 'members', count: number): Phase {
  return { writer: [{ kind: 'unregister', of, count }] }
}

/** Twice the number needed for one member of each group per gateway. */
function newNames({ groups, gateways }: Population): Phase {
  return unregister('members', 2 * groups * gateways.length)
}

function enumerate(audience: 'nobody' | 'group', count: number): Phase {
  return { readers: [{ kind: 'enumerate', audience, count }] }
}

/** So rarely that each read also makes a comparison. */
const compare: Phase = {
  readers: [{ kind: 'enumerate', audience: 'nobody', count: 10, pauseMs: 105 }],
}

function multicast(
  audience: 'one gateway' | 'all gateways' | 'group',
  count: number,
  payloadBytes = 100,
): Phase {
  return { readers: [{ kind: 'multicast', audience, count, payloadBytes }] }
}

/**
 * Everything at once. It takes more CPU time than its parts alone, whose code and data stay in
 * the caches.
 */
export function mixedLoadsOf(main: Population, wide: Population): readonly Load[] {
  const mixed = (population: Population, parts: number, multicasts: Work): Load => ({
    name: 'everything at once',
    population,
    phases: [
      {
        writer: [
          { kind: 'heartbeat', count: 1_000 * parts },
          { kind: 'register', count: 500 * parts },
          { kind: 'unregister', of: 'transient', count: 150 * parts },
        ],
        readers: [{ kind: 'enumerate', audience: 'group', count: 80 * parts }, multicasts],
      },
      { readers: [{ kind: 'enumerate', audience: 'nobody', count: 1 }] },
    ],
    times: 1,
  })
  const multicasts = (audience: 'group' | 'all gateways', count: number) =>
    ({ kind: 'multicast', audience, count, payloadBytes: 1_000 }) as const
  return [
    mixed(main, 3, multicasts('group', 200)),
    mixed(main, 3, multicasts('all gateways', 800)),
    mixed(wide, 3, multicasts('group', 400)),
  ]
}
