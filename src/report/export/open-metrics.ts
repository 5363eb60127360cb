import { requestOutcomes } from '../request-outcomes.ts'
import { countedDeliveries } from '../../load/totals.ts'
import type { HistogramJson } from '../../run-file/schema/values-schema.ts'
import type { RunFile } from '../../run-file/run-file.ts'
import { countUpTo, figuresOfCounts, readStoredCounts } from '../../run-file/json/histogram-json.ts'
import { BOUNDS_S } from '../telemetry/explicit-bounds.ts'
import {
  exportedLoads,
  uniqueNames,
  type ExportedLoad,
  type MeasuredOperation,
} from './exported-loads.ts'

type Labels = Readonly<Record<string, string>>

/** One line of a metric family: the suffix of the family's name, labels and value. */
interface Sample {
  readonly suffix: string
  readonly labels: Labels
  readonly value: string
}

/**
 * A run in the text format of OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/): histograms
 * of response, service and completion times in seconds, and counters of requests and receipts by outcome.
 * Without timestamps, as collectors of files and push gateways require.
 */
export function openMetrics(run: RunFile): string {
  const loads = exportedLoads(run)
  const operations = loads.flatMap((load) =>
    load.scenario.result.operations.map((operation) => ({ load, operation })),
  )
  const times = (of: (operation: MeasuredOperation) => HistogramJson | undefined) =>
    operations.flatMap(({ load, operation }) => {
      const histogram = of(operation)
      return histogram === undefined ? [] : histogramSamples(labelsOf(load, operation), histogram)
    })
  const families = [
    family('run', 'info', 'The exported run.', [infoSample(run)]),
    family(
      'measurement_valid',
      'gauge',
      '1 if the measurement may be trusted, 0 if it is invalid or was interrupted.',
      loads.map(({ name, distrust }) => gauge(name, distrust === null ? 1 : 0)),
    ),
    family(
      'measured_seconds',
      'gauge',
      'How long requests were started.',
      loads.map(({ name, scenario }) => gauge(name, scenario.result.measuredMs / 1_000)),
      'seconds',
    ),
    family(
      'requests',
      'counter',
      'Requests that were due, by outcome.',
      operations.flatMap(({ load, operation }) => requestSamples(load, operation)),
    ),
    family(
      'receipts',
      'counter',
      'Receipts that were expected, by outcome.',
      operations.flatMap(({ load, operation }) => receiptSamples(load, operation)),
    ),
    family(
      'promises',
      'counter',
      'Registrations or messages that the system had promised, by what became of them.',
      operations.flatMap(({ load, operation }) => promiseSamples(load, operation)),
    ),
    family(
      'longest_unavailability_seconds',
      'gauge',
      'Longest stretch without a success.',
      operations.flatMap(({ load, operation }): readonly Sample[] =>
        operation.unavailableMs === null
          ? []
          : [
              {
                suffix: '',
                labels: labelsOf(load, operation),
                value: numberText(operation.unavailableMs / 1_000),
              },
            ],
      ),
      'seconds',
    ),
    family(
      'faults',
      'gauge',
      'Faults that the load was given, by what became of them.',
      loads.flatMap(faultSamples),
    ),
    family(
      'response_time_seconds',
      'histogram',
      'Intended start to done, of successful and timed-out or unfinished requests.',
      times(({ response }) => response),
      'seconds',
    ),
    family(
      'service_time_seconds',
      'histogram',
      'Actual start to done, of the same requests.',
      times(({ service }) => service),
      'seconds',
    ),
    family(
      'completion_time_seconds',
      'histogram',
      "Intended start of a message to its last recipient's receipt.",
      times(({ deliveries }) => countedDeliveries(deliveries)?.completion),
      'seconds',
    ),
  ]
  return [...families, '# EOF\n'].join('')
}

const PREFIX = 'loadtest'

const US_PER_S = 1e6

function family(
  name: string,
  type: 'info' | 'gauge' | 'counter' | 'histogram',
  help: string,
  samples: readonly Sample[],
  unit?: string,
): string {
  if (samples.length === 0) return ''
  const whole = `${PREFIX}_${name}`
  return [
    `# TYPE ${whole} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${whole} ${unit}`]),
    `# HELP ${whole} ${escaped(help)}`,
    ...samples.map(({ suffix, labels, value }) => `${whole}${suffix}${labelText(labels)} ${value}`),
    '',
  ].join('\n')
}

function infoSample({ runId, commit, profile, system, environment, startedAt }: RunFile): Sample {
  const servers = 'servers' in system ? system.servers : []
  const entries = [
    ...Object.entries({
      run_id: runId,
      started_at: startedAt,
      commit: commit?.short ?? '',
      dirty: String(commit?.isDirty ?? false),
      profile,
      backend: system.kind,
      node_version: environment.nodeVersion,
    }),
    ...servers.map(({ name, version }) => [serverLabel(name, 'version'), version] as const),
    ...servers.flatMap(({ name, topology }) =>
      topology === undefined ? [] : [[serverLabel(name, 'topology'), topology] as const],
    ),
  ]
  const names = uniqueNames(
    entries.map(([name]) => name),
    (name, n) => `${name}_${n}`,
  )
  const labels = Object.fromEntries(entries.map(([name, value], i) => [names[i] ?? name, value]))
  return { suffix: '_info', labels, value: '1' }
}

/** Such as `redis_version`; a label's name starts with a letter. */
function serverLabel(server: string, of: 'version' | 'topology'): string {
  const name = server.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
  return `${/^[a-z]/.test(name) ? '' : 'server_'}${name}_${of}`
}

function gauge(scenario: string, value: number): Sample {
  return { suffix: '', labels: { scenario }, value: numberText(value) }
}

function labelsOf(load: ExportedLoad, operation: MeasuredOperation): Labels {
  return { scenario: load.name, operation: operation.name }
}

function requestSamples(load: ExportedLoad, operation: MeasuredOperation): readonly Sample[] {
  return counterSamples(labelsOf(load, operation), requestOutcomes(operation.counts))
}

function receiptSamples(load: ExportedLoad, operation: MeasuredOperation): readonly Sample[] {
  const counted = countedDeliveries(operation.deliveries)
  if (counted === null) return []
  const { received, missing } = counted
  return counterSamples(labelsOf(load, operation), { received, missing })
}

function promiseSamples(load: ExportedLoad, operation: MeasuredOperation): readonly Sample[] {
  const { losses } = operation
  if (losses?.kind !== 'known') return []
  const { of, promised, lost } = losses
  return counterSamples({ ...labelsOf(load, operation), of }, { kept: promised - lost, lost })
}

function faultSamples({ name, scenario }: ExportedLoad): readonly Sample[] {
  const byState = Map.groupBy(scenario.result.faults, ({ state }) => state)
  return [...byState].map(([state, faults]) => ({
    suffix: '',
    labels: { scenario: name, state: state.replaceAll(' ', '_') },
    value: numberText(faults.length),
  }))
}

function counterSamples(labels: Labels, outcomes: Readonly<Record<string, number>>) {
  return Object.entries(outcomes).map(([outcome, count]) => ({
    suffix: '_total',
    labels: { ...labels, outcome },
    value: String(count),
  }))
}

/** Each bucket counts all times up to its bound, within the histogram's precision of 0.1 %. */
function histogramSamples(labels: Labels, { hdrV2Base64 }: HistogramJson): readonly Sample[] {
  const stored = readStoredCounts(hdrV2Base64)
  if (stored.kind === 'flawed') throw new Error(`histogram: ${stored.flaw}`)
  const { count, mean } = figuresOfCounts(stored.counts)
  const bucket = (le: string, upTo: number): Sample => ({
    suffix: '_bucket',
    labels: { ...labels, le },
    value: String(upTo),
  })
  return [
    ...BOUNDS_S.map((bound) =>
      bucket(numberText(bound), countUpTo(stored.counts, bound * US_PER_S)),
    ),
    bucket('+Inf', count),
    { suffix: '_sum', labels, value: numberText(((mean ?? 0) * count) / US_PER_S) },
    { suffix: '_count', labels, value: String(count) },
  ]
}

/** Bounds are texts that must be equal everywhere: `1.0`, not `1`. */
function numberText(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value)
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return `{${pairs.join(',')}}`
}

function escaped(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}
