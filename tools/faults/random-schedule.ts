import { randomStream, wholeDraws } from '../../src/stats/random.ts'
import {
  describeFault,
  type Fault,
  type ServerName,
  type Step,
  type WrongAnswer,
} from './faults.ts'
import { describeLoad, hasSubscribers, loadOf, type Load } from './loads.ts'
import { ORDINARY_STAGE, type Row } from './row.ts'

const MAX_FAULTS = 3
/** The latest fault, in ms after the schedule's end. */
const TAIL_MS = 500

const WORKLOADS = ['register', 'enumerate', 'multicast', 'mixed'] as const
const STOPS_MS = [500, 500, 500, 2_000, 2_000, 30_000] as const
const DOWN_MS = [100, 500, 2_000] as const
const STEPS_MS = [-3_600_000, -1_000, 1_000, 3_600_000] as const

type Pick = <T>(choices: readonly [T, ...T[]]) => T

/** A victim of at most one fault per run, and the fault. */
interface Target {
  readonly of: string
  readonly fault: (pick: Pick) => Fault
}

/**
 * A short load with one to three faults at random times, determined by the random seed. Any outcome that
 * keeps the invariants is accepted.
 * @param seed a whole number, 0 … 2³² − 1.
 */
export function randomRow(seed: number): Row {
  const below = wholeDraws(randomStream(seed, 0))
  const pick: Pick = (choices) => choices[below(choices.length)] ?? choices[0]
  const workload = pick(WORKLOADS)
  // New servers have no registrations to list or send to.
  const isPopulated = workload === 'enumerate' || workload === 'multicast'
  const servers = pick<Load['servers']>(['harness', 'harness', 'harness', 'run'])
  const load = loadOf(workload, {
    durationMs: 5_000,
    warmUpMs: pick([0, 0, 1_000]),
    servers: isPopulated ? 'harness' : servers,
  })
  let targets = targetsOf(load)
  const steps: Step[] = []
  for (let count = 1 + below(MAX_FAULTS); count > 0; count--) {
    const target = targets[below(targets.length)]
    if (target === undefined) break
    targets = targets.filter((other) => other.of !== target.of)
    const span = load.warmUpMs + load.durationMs + TAIL_MS
    steps.push({ at: below(span) - load.warmUpMs, fault: target.fault(pick) })
  }
  steps.sort((a, b) => Number(a.at) - Number(b.at))
  const faults = steps.map(({ at, fault }) => `${describeFault(fault)} at ${Number(at) / 1_000} s`)
  return {
    name: `seed ${seed}: ${describeLoad(load)} × ${faults.join(', ')}`,
    load,
    steps,
    stage: ORDINARY_STAGE,
    expected: { exit: [0, 1, 2, 3, 130, 137, 143], runFile: 'any' },
    isShort: false,
    isExact: false,
  }
}

function targetsOf(load: Load): readonly Target[] {
  const faultOf = load.servers === 'run' ? killedOrStopped : serverFault
  const redis: Target = { of: 'redis', fault: faultOf('redis') }
  return [
    redis,
    // Twice, because every load needs it.
    redis,
    { of: 'nats', fault: faultOf('nats') },
    { of: 'worker', fault: killedOrStopped('worker') },
    { of: 'main', fault: (pick) => ({ kind: 'stop', victim: 'main', forMs: pick(STOPS_MS) }) },
    { of: 'end', fault: (pick) => pick(ENDS) },
    { of: 'clock', fault: (pick) => ({ kind: 'step clock', byMs: pick(STEPS_MS) }) },
    ...(hasSubscribers(load) ? [{ of: 'subscriber', fault: killedOrStopped('subscriber') }] : []),
  ]
}

const ENDS: readonly [Fault, ...Fault[]] = [
  { kind: 'signal', to: 'npm', signal: 'SIGTERM' },
  { kind: 'signal', to: 'terminal', signal: 'SIGINT' },
  { kind: 'kill', victim: 'main' },
]

function killedOrStopped(victim: 'redis' | 'nats' | 'worker' | 'subscriber'): Target['fault'] {
  return (pick) =>
    pick<Fault>([
      { kind: 'kill', victim },
      { kind: 'stop', victim, forMs: pick(STOPS_MS) },
      { kind: 'stop', victim, forMs: pick(STOPS_MS) },
    ])
}

function serverFault(server: ServerName): Target['fault'] {
  return (pick) => {
    const error = pick<WrongAnswer>(['LOADING', 'READONLY', 'OOM'])
    return pick<Fault>([
      { kind: 'kill', victim: server },
      { kind: 'stop', victim: server, forMs: pick(STOPS_MS) },
      { kind: 'stop', victim: server, forMs: pick(STOPS_MS) },
      { kind: 'restart', server, downMs: pick(DOWN_MS), keepsData: pick([true, false]) },
      { kind: 'cut', server, forMs: pick(DOWN_MS) },
      { kind: 'hold', server, forMs: pick(STOPS_MS) },
      ...(server === 'redis' ? [{ kind: 'answer', error, forMs: pick(DOWN_MS) } as const] : []),
    ])
  }
}
