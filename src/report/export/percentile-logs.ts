import { HistogramLogWriter } from 'hdr-histogram-js'
import { countedDeliveries } from '../../load/totals.ts'
import { deserializeHistogram } from '../../run-file/json/histogram-json.ts'
import type { HistogramJson } from '../../run-file/schema/values-schema.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import {
  exportedLoads,
  uniqueNames,
  type ExportedLoad,
  type MeasuredOperation,
} from './exported-loads.ts'

/** A file of an export. */
export interface ExportedFile {
  readonly name: string
  readonly text: string
}

/** One time of one operation of one scenario. */
interface TimeOfLoad {
  readonly load: ExportedLoad
  /** `<scenario>.<operation>.<time>`, unique, and valid in file names and log tags. */
  readonly label: string
  readonly histogram: HistogramJson
}

/**
 * A percentile distribution per scenario, operation and time, in ms: the format that `outputPercentileDistribution`
 * of every HdrHistogram prints, and https://hdrhistogram.github.io/HdrHistogram/plotFiles.html plots.
 */
export function hgrmFiles(run: RunFile): readonly ExportedFile[] {
  return timesOf(run).map(({ load, label, histogram }) => {
    const distribution = deserializeHistogram(histogram).outputPercentileDistribution(
      TICKS_PER_HALF,
      US_PER_MS,
    )
    const warning =
      load.distrust === null ? '' : `#[${comment(`Do not trust: ${load.distrust}`)}]\n`
    return { name: `${run.runId}.${label}.hgrm`, text: distribution + warning }
  })
}

/**
 * All times of a run as an HdrHistogram interval log, version 1.3: one interval per scenario, operation and time,
 * named by its tag. Values are in µs, an interval's maximum in ms. Each interval spans the whole measurement, because
 * run files have no histograms per second, only percentiles.
 */
export function histogramLog(run: RunFile): string {
  const lines: string[] = []
  const writer = new HistogramLogWriter((text) => lines.push(text))
  const times = timesOf(run).toSorted((a, b) => startMs(a) - startMs(b))
  // Readers skip intervals that begin before the start time.
  const baseMs = times[0] === undefined ? Date.parse(run.startedAt) : startMs(times[0])
  const base = `${(baseMs / 1_000).toFixed(3)} (seconds since epoch)`
  writer.outputComment(comment(`[Run ${run.runId}; values in µs, Interval_Max in ms]`))
  writer.outputComment('[One interval per tag: the whole measurement]')
  for (const { name, distrust } of exportedLoads(run)) {
    if (distrust !== null) writer.outputComment(comment(`[Do not trust ${name}: ${distrust}]`))
  }
  writer.outputLogFormatVersion()
  writer.outputComment(`[BaseTime: ${base}]`)
  writer.outputComment(`[StartTime: ${base}, ${new Date(baseMs).toISOString()}]`)
  writer.outputLegend()
  for (const time of times) {
    const { label, load, histogram } = time
    const counts = deserializeHistogram(histogram)
    counts.tag = label
    const start = (startMs(time) - baseMs) / 1_000
    writer.outputIntervalHistogram(
      counts,
      start,
      start + load.scenario.result.measuredMs / 1_000,
      US_PER_MS,
    )
  }
  return lines.join('')
}

const US_PER_MS = 1_000
/** Lines per halving of the distance to 100 %: the default of the library and its readers. */
const TICKS_PER_HALF = 5

function startMs({ load }: TimeOfLoad): number {
  return Date.parse(load.scenario.result.startedAt)
}

/** A histogram without records has no distribution. */
function timesOf(run: RunFile): readonly TimeOfLoad[] {
  const times = exportedLoads(run).flatMap((load) =>
    load.scenario.result.operations.flatMap((operation) =>
      histogramsOf(operation).map(([time, histogram]) => ({
        load,
        label: [load.name, operation.name, time].map(slug).join('.'),
        histogram,
      })),
    ),
  )
  const recorded = times.filter(({ histogram }) => histogram.figures.count > 0)
  const labels = uniqueNames(
    recorded.map(({ label }) => label),
    (label, n) => `${label}.${n}`,
  )
  return recorded.map((time, i) => ({ ...time, label: labels[i] ?? time.label }))
}

function histogramsOf({
  response,
  service,
  failure,
  lateness,
  deliveries,
}: MeasuredOperation): readonly (readonly [time: string, HistogramJson])[] {
  const counted = countedDeliveries(deliveries)
  const ofDeliveries =
    counted === null ? {} : { receipt: counted.receipt, completion: counted.completion }
  return Object.entries({ response, service, failure, lateness, ...ofDeliveries })
}

/** In characters; file systems limit the length of a file's name. */
const MAX_SLUG = 60

/** Log tags can't hold spaces, commas and line ends; file names are stricter. */
function slug(text: string): string {
  const plain = text.replaceAll(/[^A-Za-z0-9_-]+/g, '-').replaceAll(/^-+|-+$/g, '')
  return plain.slice(0, MAX_SLUG) || 'unnamed'
}

/** In one line, whatever the text holds. */
function comment(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}
