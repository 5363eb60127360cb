import type { Arrivals } from '../load/arrivals/arrivals.ts'
import type { Shard } from '../load/arrivals/shard.ts'
import type { Duration } from '../load/duration.ts'
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

/** What loads of both models have, as a scenario writes it. */
export interface CommonLoad<Row = unknown, Tags = NoTags, Declared = NoMetrics> {
  /** Rows for the requests, each of which has one as `request.data`: `feed(rows, 'shuffled')`. */
  readonly data?: Feed<Row>
  /**
   * Tags that a request may set, with their values: `{ cache: ['hit', 'miss'] }`. Its figures are split by
   * them. Up to 20 values, all tags together.
   */
  readonly tags?: Tags
  /** Metrics that a request may write to: `{ bytes: counter('bytes'), ttfb: trend('ms') }`. Up to 50. */
  readonly metrics?: Declared
  /** How long it is measured; `BENCH_PROFILE` chooses, `BENCH_DURATION` overrides. */
  readonly duration: ProfiledDuration
  /** Requests sent first and left out of the figures. Default `2s`. */
  readonly warmUp?: Duration
  /** Default `5s`; 35 min at most. */
  readonly timeout?: Duration
  /** How long requests under way are waited for at the end. Default `10s`; 35 min at most. */
  readonly gracePeriod?: Duration
  /** Of what is drawn: operations or think times, and the order of a shuffled feed. Default 1. */
  readonly seed?: number
  /**
   * The fixture of that name, from a scenario that can be sharded: one that prepares only the
   * part of a shard, and whose requests get along with those of other shards.
   */
  readonly shard?: Shard
  /**
   * Asserted when the load has ended, as by `expect.soft(result).toMeetSlo(slo)`: the test goes on,
   * but fails. It is read before the load starts, so that a mistake in it costs no run. An SLO with
   * `every`, and so one with `abortOnFail`, has to be given here, for its windows are judged as the
   * load runs; any other may as well be asserted afterwards.
   */
  readonly slo?: Slos
  /**
   * What the load depends on that neither its source nor the rest says, such as options of a command
   * line: plain data, by which results of different loads are told apart.
   */
  readonly parameters?: unknown
  /**
   * Without it, more than 99 % of the requests have to succeed, unless an SLO bounds the success rate.
   */
  readonly allowFailures?: boolean
  /**
   * Without it, more than 99 % of the messages that are sent have to be received, unless an SLO bounds
   * the delivery rate.
   */
  readonly allowUndelivered?: boolean
  /** Thresholds of this load's verdict that differ from `VERDICT_THRESHOLDS`. */
  readonly verdict?: VerdictOverrides
}

/** An open load as a scenario writes it: requests that start when they are due, at a rate. */
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

/** A closed load as a scenario writes it: users who wait for answers, and think before the next step. */
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

/** Sends requests, and gives what was measured; its types flow from the load to its operations or steps. */
export type LoadFixture = <
  State = undefined,
  Row = undefined,
  const Tags extends TagDeclarations = NoTags,
  Declared extends MetricDeclarations = NoMetrics,
>(
  load: Load<Row, Tags, Declared> | UsersLoad<State, Row, Tags, Declared>,
) => Promise<LoadResult>
