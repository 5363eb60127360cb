import { counted, formatCount, formatMs } from '../../format.ts'
import type { CapacityEntry, MicroBenchmarkEntry } from '../../run-file/run-file.ts'
import { capacityText } from '../run-sentence.ts'
import { sparkline } from '../sparkline.ts'
import { markdownText } from './markdown.ts'

/** A capacity search as a row: its bracket, and P99 by rate, the lowest rate first. */
export function capacityRows(capacity: CapacityEntry): readonly string[] {
  const { name, probes, bracket } = capacity
  const p99 = probes.toSorted((a, b) => a.rate - b.rate).map(({ response }) => response.p99Ms)
  const unsure = bracket.isConfirmed ? '' : ' (not confirmed)'
  return [
    markdownText(name),
    markdownText(`${capacityText(capacity)}${unsure}`),
    `${counted(probes.length, 'probe')}, P99 by rate ${sparkline(p99, 'zero')}`,
  ]
}

/** A micro-benchmark as a row: how long one call takes while nothing else runs. */
export function microBenchmarkRows(entry: MicroBenchmarkEntry): readonly string[] {
  const { name, latency, throughputPerSecond, samples } = entry
  return [
    markdownText(name),
    ...[latency.meanMs, latency.p50Ms, latency.p99Ms].map(formatMs),
    formatCount(Math.round(throughputPerSecond)),
    formatCount(samples),
  ]
}
