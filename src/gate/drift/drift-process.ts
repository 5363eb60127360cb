/** A long process that calls operations of both versions alternately, to see whether one slows down over time. */
import { medianOf } from '../../stats/quantile.ts'
import {
  importBoth,
  openPair,
  reportToParent,
  type ReadyPair,
} from '../operations/both-versions.ts'
import { callBoth } from '../operations/call-both.ts'
import { taskOfProcess } from '../operations/fork-measurement.ts'
import type { OperationName } from '../operations/operations.ts'
import { driftTaskSchema, type DriftSeries } from './drift-series.ts'

/** Operations alternate after this time, so that each is measured in every window. */
const SLICE_MS = 100

await reportToParent(async () => {
  const task = driftTaskSchema.parse(taskOfProcess())
  const connects = await importBoth(task)
  const pairs = new Map<OperationName, ReadyPair>()
  for (const operation of task.operations) {
    pairs.set(operation, await openPair(operation, connects, task))
  }
  const windowMs = task.durationMs / task.windows
  const series = new Map<OperationName, number[]>(task.operations.map((name) => [name, []]))
  const startedAt = performance.now()
  for (let window = 0; window < task.windows; window += 1) {
    const endMs = startedAt + (window + 1) * windowMs
    const logRatios = new Map<OperationName, number[]>(task.operations.map((name) => [name, []]))
    // At least once each: a window without a value would shift later ones.
    do {
      for (const [operation, { calls }] of pairs) {
        logRatios.get(operation)?.push(...(await sliceOf(calls)))
      }
    } while (performance.now() < endMs)
    for (const [operation, values] of logRatios) series.get(operation)?.push(medianOf(values))
  }
  for (const { close } of pairs.values()) await close()
  const measured = [...series].map(([operation, logRatios]): DriftSeries => ({
    operation,
    windowMs,
    logRatios,
  }))
  return { kind: 'measured', series: measured }
})

async function sliceOf(calls: ReadyPair['calls']): Promise<readonly number[]> {
  const endMs = performance.now() + SLICE_MS
  const logRatios: number[] = []
  do {
    const { baseline, candidate } = await callBoth(calls)
    logRatios.push(Math.log(candidate / baseline))
  } while (performance.now() < endMs)
  return logRatios
}
