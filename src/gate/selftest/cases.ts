import { gateLatencies, gateSyntheticRuns, type Trial, type TrialSeed } from './trial.ts'
import { NO_FAULT } from './synthetic-run.ts'

/** What share of the trials may, or must, end as a regression. */
export type Bound =
  | { readonly kind: 'false alarms'; readonly atMost: number }
  | { readonly kind: 'power'; readonly atLeast: number }

/** Something that a gate is tried on, over and over. */
export interface SelftestCase {
  readonly target: 'recorded runs' | 'one latency' | 'twenty latencies'
  readonly name: string
  /** Between runs: 0.05 is 5 %. */
  readonly noise: number
  readonly bound: Bound
  readonly run: (seed: TrialSeed) => Trial
}

const NOISES = [0.05, 0.1, 0.2]

const ALARMS: Bound = { kind: 'false alarms', atMost: 0.01 }

/**
 * Whole gates on recorded runs: ten comparisons of two operations in each, besides those that are
 * refused. Errors and lost deliveries don't depend on the noise of times; a slowdown does.
 */
function recordedRuns(noise: number): readonly SelftestCase[] {
  const found: Bound = { kind: 'power', atLeast: 0.95 }
  const slowdown: Bound = noise > 0.1 ? { kind: 'power', atLeast: 0.5 } : found
  return (
    [
      ['A/A', NO_FAULT, ALARMS],
      ['+20 % service time', { ...NO_FAULT, slowdown: 1.2 }, slowdown],
      ['+1 error in 200', { ...NO_FAULT, errorShare: 1 / 200 }, found],
      ['1 lost delivery in 100', { ...NO_FAULT, lostShare: 1 / 100 }, found],
    ] as const
  ).map(([name, fault, bound]) => ({
    target: 'recorded runs',
    name,
    noise,
    bound,
    run: (seed) => gateSyntheticRuns(fault, noise, seed),
  }))
}

/** The decision alone, on one latency: what the procedure can do at which noise. */
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
    run: (seed) => gateLatencies(1, slowdown, noise, seed),
  }))
}

/** Twenty latencies with noise of their own: one alarm among them is one of the gate. Holm's ceiling. */
function twentyLatencies(noise: number): SelftestCase {
  return {
    target: 'twenty latencies',
    name: 'A/A',
    noise,
    bound: { kind: 'false alarms', atMost: 0.05 },
    run: (seed) => gateLatencies(20, 1, noise, seed),
  }
}

/** @param isShort recorded runs only at the least noise. */
export function selftestCases(isShort: boolean): readonly SelftestCase[] {
  const [least = 0] = NOISES
  return [
    ...(isShort ? [least] : NOISES).flatMap(recordedRuns),
    ...NOISES.flatMap(oneLatency),
    ...NOISES.map(twentyLatencies),
  ]
}
