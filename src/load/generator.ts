import { type LoadPlan, checkPlan } from './load-plan.ts'
import { countDueBefore } from './arrivals/arrivals.ts'
import { countIn, WHOLE, type Shard } from './arrivals/shard.ts'
import { layOut } from './dispatch/schedule.ts'
import { ScheduledRequests } from './dispatch/scheduled-requests.ts'
import { checkEnoughRows } from './feed/feed.ts'
import { InputError } from '../input-error.ts'
import { measure, readMeasurement } from './measure.ts'
import type { MetricDeclarations, NoMetrics } from './metrics/declare-metrics.ts'
import type { NotesPlan } from './notes/load-notes.ts'
import type { NoTags, TagDeclarations } from './notes/tags.ts'
import type { LoadResult } from './result.ts'
import { defineWorkload } from './workload.ts'

/**
 * Sends requests at the times of the arrivals, whatever becomes of earlier ones, and measures each from
 * its due time. Overdue requests are started as soon as possible, and their lateness is recorded.
 *
 * @throws InputError for a plan that can't be carried out; ConservationError if a request got lost.
 */
export async function generateLoad<
  Row = undefined,
  const Tags extends TagDeclarations = NoTags,
  Declared extends MetricDeclarations = NoMetrics,
>(plan: LoadPlan<Row, Tags, Declared>): Promise<LoadResult>
// Its requests have what its operations ask of them, because both are of one plan.
export async function generateLoad(plan: LoadPlan & NotesPlan): Promise<LoadResult> {
  checkPlan(plan)
  const { arrivals, seed = 1, shard = WHOLE, whenFull = 'drop' } = plan
  const maxInFlight = shardOf(plan.maxInFlight ?? 10_000, shard)
  const workload = defineWorkload(plan.operations, seed)
  const measurement = readMeasurement(plan, workload.operations, { maxInFlight, whenFull })
  checkRows(plan)
  const { warmUpMs, durationMs } = measurement
  const result = await measure(measurement, (startMs) => {
    const schedule = layOut(arrivals, startMs, warmUpMs, durationMs, shard)
    return new ScheduledRequests(schedule, workload)
  })
  return { ...result, model: { kind: 'open' }, arrivals: arrivals.label }
}

/** A unique feed needs rows for the whole load, even if only a shard is made here. */
function checkRows({ data, arrivals, warmUpMs = 0, durationMs }: LoadPlan): void {
  if (data === undefined) return
  const requests = countDueBefore(arrivals, warmUpMs) + countDueBefore(arrivals, durationMs)
  checkEnoughRows(data, requests)
}

/** The shard's part of `maxInFlight`. */
function shardOf(maxInFlight: number, shard: Shard): number {
  if (shard.of === 1) return maxInFlight
  const part = countIn(shard, maxInFlight)
  if (part > 0) return part
  throw new InputError(
    `maxInFlight: ${maxInFlight} can't be divided among ${shard.of} generators. Use fewer generators.`,
  )
}
