/**
 * Load tests for Vitest, `prism-loadtest`. A `*.load.ts` file is a Vitest test whose fixture `load`
 * sends requests, by arrivals or by users, and asserts SLOs on the result.
 */

// Declares `toMeetSlo` to TypeScript.
import './vitest/slo-matcher.ts'

export { expect, test, type RunProfile } from './vitest/load-test.ts'

// Loads
export type { Load, LoadFixture, UsersLoad } from './vitest/load.ts'
export type { ProfiledDuration } from './vitest/profile.ts'
export type { Duration } from './load/duration.ts'
export type { LoadRequest, Operation, Operations, RunOperation } from './load/workload.ts'

// Arrivals: when requests start
export type { Arrivals } from './load/arrivals/arrivals.ts'
export { burst } from './load/arrivals/burst.ts'
export { constant } from './load/arrivals/constant.ts'
export { poisson } from './load/arrivals/poisson.ts'
export { ramp } from './load/arrivals/ramp.ts'
export { replay } from './load/arrivals/replay.ts'
export { sine } from './load/arrivals/sine.ts'
export { stages } from './load/arrivals/stages.ts'
export { steps } from './load/arrivals/steps.ts'

// Users: sessions that wait for answers
export { rampUsers, users, type Users, type UsersOptions } from './load/users/users.ts'
export { exponential, fixed, uniform, type ThinkTime } from './load/users/think-time.ts'
export type { RunStep, Session, Step, StepRequest } from './load/users/session.ts'

// Data that requests use, and metrics that they record
export { feed, type Feed, type FeedMode } from './load/feed/feed.ts'
export { counter, gauge, trend } from './load/metrics/declare-metrics.ts'

// Faults: what breaks during a load
export {
  at,
  type Fault,
  type FaultContext,
  type FaultTime,
  type ScheduledFault,
} from './load/faults/fault.ts'
export type * from './load/faults/fault-targets.ts'
export { drain, failover, kill, restart } from './load/faults/lasting-faults.ts'
export { cut, fillDisk, partition, pause, slow } from './load/faults/passing-faults.ts'

// Results and their bounds
export type { LoadResult, OperationResult } from './load/result.ts'
export type { OperationSlo, Slo, Slos } from './load/slo/slo.ts'
export type { VerdictOverrides } from './load/verdict/verdict-thresholds.ts'

// Shards: one load made by several generators
export { numbersIn, type Shard } from './load/arrivals/shard.ts'

export { InputError } from './input-error.ts'
