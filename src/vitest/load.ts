import type { Arrivals } from '../load/arrivals/arrivals.ts'
import type { Shard } from '../load/arrivals/shard.ts'
import type { Duration } from '../load/duration.ts'
import type { ScheduledFault } from '../load/faults/fault.ts'
import type { Feed } from '../load/feed/feed.ts'
import type { MetricDeclarations, NoMetrics } from '../load/metrics/declare-metrics.ts'
import type { NoTags, TagDeclarations } from '../load/notes/tags.ts'
import type { LoadResult } from '../load/result.ts'
import type { Slos } from '../load/slo/slo.ts'
import type { Session } from '../load/users/session.ts'
import type { Users } from '../load/users/users.ts'
import type { VerdictOverrides } from '../load/verdict/verdict-thresholds.ts'
import type { Operations } from '../load/workload.ts'
import type { ProfiledDuration } from './profile.ts'

/** Options of open and closed loads. */
export interface CommonLoad<Row = unknown, Tags = NoTags, Declared = NoMetrics> {
  /** Rows, one per request as `request.data`: `feed(rows, 'shuffled')`. */
  readonly data?: Feed<Row>
  /**
   * Tags that a request may set, with their values: `{ cache: ['hit', 'miss'] }`. They split its figures. Up
   * to 20 values in total.
   */
  readonly tags?: Tags
  /** Metrics that a request may write to: `{ bytes: counter('bytes'), ttfb: trend('ms') }`. Up to 50. */
  readonly metrics?: Declared
  /** Length of the measurement; `BENCH_PROFILE` selects, `BENCH_DURATION` overrides. */
  readonly duration: ProfiledDuration
  /** Length of the unmeasured warm-up. Default `2s`. */
  readonly warmUp?: Duration
  /** Default `5s`; 35 min at most. */
  readonly timeout?: Duration
  /** How long to wait at the end for requests under way. Default `10s`; 35 min at most. */
  readonly gracePeriod?: Duration
  /** Random seed for operations, think times and shuffled feeds. Default 1. */
  readonly seed?: number
  /**
   * The fixture `shard`, for a scenario that can be sharded: it prepares only its shard's part, and its
   * requests don't conflict with those of other shards.
   */
  readonly shard?: Shard
  /**
   * Asserted when the load has ended, like `expect.soft(result).toMeetSlo(slo)`: on failure the test continues,
   * then fails. It is checked before the load starts, so a mistake costs no run. An SLO with `every` (and
   * thus one with `abortOnFail`) belongs here, because its windows are judged during the load; any other
   * can also be asserted afterwards.
   */
  readonly slo?: Slos
  /**
   * Further parameters of the load, such as command-line options, as plain data: results with different
   * parameters are not compared.
   */
  readonly parameters?: unknown
  /**
   * Drops the default bound, success above 99 %, which applies unless an SLO bounds the success rate.
   */
  readonly allowFailures?: boolean
  /**
   * Drops the default bound, delivery above 99 %, which applies unless an SLO bounds the delivery rate.
   */
  readonly allowUndelivered?: boolean
  /** What breaks during the measurement: `[at('20s', kill(nats.node(2)))]`. */
  readonly faults?: readonly ScheduledFault[]
  /** Overrides of `VERDICT_THRESHOLDS` for this load. */
  readonly verdict?: VerdictOverrides
}

/** An open load: requests start when they are due, whatever happens to earlier ones. */
export interface Load<Row = unknown, Tags = NoTags, Declared = NoMetrics> extends CommonLoad<
  Row,
  Tags,
  Declared
> {
  /** What one request does, by operation name; each a function, or with a weight. */
  readonly operations: Operations<NoInfer<Row>, NoInfer<Tags>, NoInfer<Declared>>
  readonly arrivals: Arrivals
  /** Requests due while this many run are dropped; one that timed out runs until it has stopped. Default 10,000. */
  readonly maxInFlight?: number
  /** Of a closed load. */
  readonly users?: undefined
}

/** A closed load: users wait for each answer, and think before the next step. */
export interface UsersLoad<
  State = unknown,
  Row = unknown,
  Tags = NoTags,
  Declared = NoMetrics,
> extends CommonLoad<Row, Tags, Declared> {
  readonly users: Users
  /** What each user does. The type of its state is what `setUp` returns. */
  readonly session: Session<State, NoInfer<Row>, NoInfer<Tags>, NoInfer<Declared>>
}

export type AnyLoad = Load | UsersLoad

/** Sends a load's requests and returns the measurement. Types flow from the load to its operations or steps. */
export type LoadFixture = <
  State = undefined,
  Row = undefined,
  const Tags extends TagDeclarations = NoTags,
  Declared extends MetricDeclarations = NoMetrics,
>(
  load: Load<Row, Tags, Declared> | UsersLoad<State, Row, Tags, Declared>,
) => Promise<LoadResult>
