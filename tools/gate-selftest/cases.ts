import { gateLatencies, gateSyntheticRuns, type Trial, type TrialSeed } from './trial.ts'
import { NO_FAULT } from './synthetic-run.ts'

/** The ratio of trials that may, or must, end as a regression or a pass. */
export type Bound =
  | { readonly kind: 'false alarms'; readonly atMost: number }
  | { readonly kind: 'power'; readonly atLeast: number }
  | { readonly kind: 'passes'; readonly atLeast: number }

/** A case on which a gate is tried repeatedly. */
export interface SelftestCase {
  /** The gate's input: `recorded runs`, `one latency`. */
  readonly target: string
  readonly name: string
  /** Noise between runs: 0.05 is 5 %; `null`: the machine's own. */
  readonly noise: number | null
  readonly bound: Bound
  /** Trials per requested trial: many for quick cases, few for cases with little variance. */
  readonly repeats: number
  readonly run: (seed: TrialSeed) => Trial | Promise<Trial>
}

const NOISES = [0.05, 0.1, 0.2]

const ALARMS: Bound = { kind: 'false alarms', atMost: 0.01 }
const ALWAYS: Bound = { kind: 'power', atLeast: 0.99 }

/**
 * Whole gates on recorded runs: eleven comparisons of two operations in each. Errors and lost
 * deliveries don't depend on the noise of times; a slowdown does.
 */
function recordedRuns(noise: number): readonly SelftestCase[] {
  // A comparison alarms in at most 0.25 % of gates, independently of the others.
  const alarms: Bound = { kind: 'false alarms', atMost: 11 * 0.0025 }
  const found: Bound = { kind: 'power', atLeast: 0.95 }
  const slowdown: Bound = noise > 0.1 ? { kind: 'power', atLeast: 0.5 } : found
  return (
    [
      ['A/A', NO_FAULT, alarms],
      ['+20 % service time', { ...NO_FAULT, slowdown: 1.2 }, slowdown],
      ['+1 error in 200', { ...NO_FAULT, errorRatio: 1 / 200 }, found],
      ['1 lost delivery in 100', { ...NO_FAULT, lostRatio: 1 / 100 }, found],
    ] as const
  ).map(([name, candidate, bound]) => ({
    target: 'recorded runs',
    name,
    noise,
    bound,
    repeats: 1,
    run: (seed) => gateSyntheticRuns({ baseline: NO_FAULT, candidate }, noise, seed),
  }))
}

/** Versions with unusable runs, and a machine that makes runs unusable. */
function brokenRuns(noise: number): readonly SelftestCase[] {
  const busy = { ...NO_FAULT, blockedRatio: 0.3 }
  return (
    [
      ['blocks the event loop', NO_FAULT, { ...NO_FAULT, blockedRatio: 1 }, ALWAYS],
      ['fails every request', NO_FAULT, { ...NO_FAULT, errorRatio: 1 }, ALWAYS],
      ['ends without a result', NO_FAULT, { ...NO_FAULT, crashedRatio: 1 }, ALWAYS],
      ['A/A, 3 runs in 10 invalid', busy, busy, ALARMS],
    ] as const
  ).map(([name, baseline, candidate, bound]) => ({
    target: 'recorded runs',
    name,
    noise,
    bound,
    repeats: bound === ALWAYS ? 0.3 : 1,
    run: (seed) => gateSyntheticRuns({ baseline, candidate }, noise, seed),
  }))
}

/** The decision alone, on one latency: its power by noise. */
function oneLatency(noise: number): readonly SelftestCase[] {
  const [ten, twenty] = noise > 0.1 ? [0.15, 0.8] : noise > 0.05 ? [0.8, 0.98] : [0.98, 0.99]
  return (
    [
      ['A/A', 1, ALARMS],
      ['+10 %', 1.1, { kind: 'power', atLeast: ten }],
      ['+20 %', 1.2, { kind: 'power', atLeast: twenty }],
    ] as const
  ).map(([name, slowdown, bound]) => ({
    target: 'one latency',
    name,
    noise,
    bound,
    repeats: 20,
    run: (seed) => gateLatencies({ count: 1, slowdown, noise }, seed),
  }))
}

/** A second run that takes 20 % longer must neither alarm nor hide a regression. */
function secondIsSlower(noise: number): readonly SelftestCase[] {
  return (
    [
      ['A/A, second +20 %', 1, { kind: 'passes', atLeast: 0.98 }],
      ['+10 %, second +20 %', 1.1, { kind: 'power', atLeast: 0.98 }],
    ] as const
  ).map(([name, slowdown, bound]) => ({
    target: 'one latency',
    name,
    noise,
    bound,
    repeats: 20,
    run: (seed) => gateLatencies({ count: 1, slowdown, noise, orderEffect: 0.2 }, seed),
  }))
}

/** A budget of 17 rounds must confirm a regression beside a latency that is never decided. */
function besideUndecided(noise: number): SelftestCase {
  const trial = { count: 1, slowdown: 1.3, noise, neighbourNoise: 1, maxRounds: 17 }
  return {
    target: 'two latencies',
    name: '+30 % beside noise, 17 rounds',
    noise,
    bound: ALWAYS,
    repeats: 20,
    run: (seed) => gateLatencies(trial, seed),
  }
}

/** Twenty latencies with independent noise: one alarm among them is an alarm of the gate. */
function twentyLatencies(noise: number): SelftestCase {
  return {
    target: 'twenty latencies',
    name: 'A/A',
    noise,
    bound: { kind: 'false alarms', atMost: 0.05 },
    repeats: 2,
    run: (seed) => gateLatencies({ count: 20, slowdown: 1, noise }, seed),
  }
}

/** @param isShort recorded runs at the lowest noise only. */
export function selftestCases(isShort: boolean): readonly SelftestCase[] {
  const [least = 0] = NOISES
  return [
    ...(isShort ? [least] : NOISES).flatMap(recordedRuns),
    ...brokenRuns(least),
    ...NOISES.flatMap(oneLatency),
    ...secondIsSlower(least),
    besideUndecided(least),
    ...NOISES.map(twentyLatencies),
  ]
}
