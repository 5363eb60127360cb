import { constant } from '../../../../../src/load/arrivals/constant.ts'
import { generateLoad } from '../../../../../src/load/generator.ts'
import { percentileMs, sumOf } from '../../../../../src/load/recording/histogram.ts'
import { totalMs } from '../../judge/judged-load.ts'
import { connectionsFor } from '../generator.ts'
import { httpTarget } from './http-target.ts'
import type { OurReport, OurTask } from './ours.ts'

/** The program of our own generator: sends the given load and prints a report, like the others. */
const { load, url, dispatch }: OurTask = JSON.parse(process.argv[2] ?? '')
const target = httpTarget(url)
const { operations, health } = await generateLoad({
  arrivals: constant(load.ratePerSecond),
  warmUpMs: load.warmUpMs,
  durationMs: totalMs(load) - load.warmUpMs,
  dispatch,
  maxInFlight: connectionsFor(load),
  operations: { get: target.request },
})
target.close()
const response = sumOf([...operations.values()].map((operation) => operation.response))
const report: OurReport = {
  technique: health.dispatch,
  times: {
    p50Ms: percentileMs(response, 50),
    p99Ms: percentileMs(response, 99),
    p999Ms: percentileMs(response, 99.9),
  },
}
process.stdout.write(JSON.stringify(report))
