import { capitalised } from '../../format.ts'
import { withIntervals } from '../json/intervals-json.ts'
import type { HistogramFigures } from '../../load/recording/histogram.ts'
import {
  achievedPerSecond,
  countedDeliveries,
  deliveryRatio,
  throughputPerSecond,
} from '../../load/totals.ts'
import { mergeOperations } from '../../load/merge/merge-results.ts'
import { deserializeOperation, serializeOperation } from '../json/load-result-json.ts'
import { roundedMs, roundedRate, roundedRatio } from './rounded.ts'
import { column, toCsv, type Column } from './csv.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'
import { FIGURES, figureName, ofOperation, type OperationRow } from './operation-row.ts'
import { serversText } from '../../environment/system.ts'
import { isOfRegistry } from '../provenance/environment-fields.ts'
import { outcomeWord } from '../outcome.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'

type OperationJson = LoadResultJson['operations'][number]
type KnownLosses = Extract<OperationJson['losses'], { kind: 'known' }>
type MeasuredScenario = Extract<ScenarioEntry, { state: 'measured' }>

const RUN_COLUMNS: readonly Column<OperationRow>[] = [
  column('runId', "the run's name", ({ run }) => run.runId),
  column('status', 'complete, interrupted, or running if it was killed', ({ run }) => run.status),
  column('startedAt', 'when the run began, ISO 8601 UTC', ({ run }) => run.startedAt),
  column('commit', 'short commit', ({ run }) => run.commit?.short ?? null),
  column(
    'isDirty',
    'whether the work tree differed from it',
    ({ run }) => run.commit?.isDirty ?? null,
  ),
  column('profile', 'which durations were used', ({ run }) => run.profile),
  column('backend', 'origin of the servers', ({ run }) => run.system.kind),
]

const REGISTRY_COLUMNS: readonly Column<OperationRow>[] = [
  column('redisVersion', "the Redis server's", versionOf('Redis')),
  column('natsVersion', "the NATS server's", versionOf('NATS')),
]

/** A run of another system has one column for all servers. */
const SERVERS: Column<OperationRow> = column(
  'servers',
  'their names and versions',
  ({ run: { system } }) => ('servers' in system ? serversText(system) : null),
)

const SCENARIO_COLUMNS: readonly Column<OperationRow>[] = [
  column('scenario', "the scenario's name", ({ scenario }) => scenario.name),
  column('file', 'where it is defined', ({ scenario }) => scenario.file),
  column(
    'testStatus',
    'passed, failed, cancelled or skipped',
    ({ scenario }) => scenario.testStatus,
  ),
  column(
    'outcome',
    'passed, failed, inconclusive, broken before its end, or skipped because it does not apply; measured: a shard, which is judged when all are merged',
    ({ run, scenario }) => outcomeWord(scenario, run),
  ),
  column(
    'verdict',
    'whether the measurement may be trusted: valid, degraded or invalid',
    ({ measured }) => measured?.scenario.verdict.kind ?? null,
  ),
  column('verdictReasons', 'why it is not valid', ({ measured }) =>
    reasonsOf(measured?.scenario.verdict),
  ),
  column(
    'missedBounds',
    'bounds of the SLO that were missed, e.g. "response P95 of register"',
    (row) => boundsOf(row, 'missed'),
  ),
  column(
    'inconclusiveBounds',
    "bounds missed only by the generator's lateness, or not measured",
    (row) => boundsOf(row, 'inconclusive'),
  ),
  column(
    'abortReason',
    'which bound ended the load early, if one did',
    ({ measured }) => measured?.scenario.result.abortReason ?? null,
  ),
  column(
    'row',
    'what the row is of: operation, all operations, or scenario if it was not measured',
    ({ measured }) =>
      measured === null ? 'scenario' : measured.isAll ? 'all operations' : 'operation',
  ),
  ofOperation(
    'operation',
    "the operation's name; empty of all operations",
    ({ operation, isAll }) => (isAll ? null : operation.name),
  ),
  ofOperation(
    'model',
    'open: requests start by a schedule; closed: users wait for answers',
    ({ scenario }) => scenario.result.model.kind,
  ),
  ofOperation('arrivals', 'the load', ({ scenario }) => scenario.result.arrivals),
  ofOperation(
    'measuredMs',
    'how long requests were started for, after the warm-up',
    ({ scenario }) => roundedMs(scenario.result.measuredMs),
  ),
  ...usersColumns(),
  ...countColumns(),
  ofOperation('successRatio', 'ok / planned, 0 to 1', ({ operation: { counts } }) =>
    counts.planned === 0 ? null : roundedRatio(counts.ok / counts.planned),
  ),
  ofOperation(
    'throughputPerSecond',
    'requests that succeeded while requests were being started',
    (of) => roundedRate(throughputPerSecond(withIntervals(of.scenario.result), nameOf(of))),
  ),
  ofOperation('achievedPerSecond', 'requests started while requests were being started', (of) =>
    roundedRate(achievedPerSecond(withIntervals(of.scenario.result), nameOf(of))),
  ),
  ...timeColumns('response', 'intended start to done', ({ response }) => response.figures),
  ...timeColumns('service', 'actual start to done', ({ service }) => service.figures),
  ...timeColumns(
    'undisturbed',
    "service time less the generator's pauses",
    ({ undisturbed }) => undisturbed.figures,
  ),
  ...timeColumns('failure', 'intended start to failed', ({ failure }) => failure.figures),
  ...timeColumns('lateness', 'intended to actual start', ({ lateness }) => lateness.figures),
  ...deliveryColumns(),
  ...timeColumns(
    'receipt',
    "intended start to a recipient's receipt",
    ({ deliveries }) => countedDeliveries(deliveries)?.receipt.figures ?? null,
  ),
  ...timeColumns(
    'completion',
    "intended start to the last recipient's receipt",
    ({ deliveries }) => countedDeliveries(deliveries)?.completion.figures ?? null,
  ),
  ...lossColumns(),
  ofOperation('errors', 'error codes and how often, e.g. "TIMEOUT: 3; IO: 1"', ({ operation }) =>
    operation.errors.map(({ code, count }) => `${code}: ${count}`).join('; '),
  ),
  column('error', 'why the test failed, if it did', ({ scenario }) => scenario.error),
]

/** All columns of `<runId>.csv`, for a run that measured Redis and NATS. */
export const OPERATION_COLUMNS = [...RUN_COLUMNS, ...REGISTRY_COLUMNS, ...SCENARIO_COLUMNS]

/**
 * One row per scenario and operation, one per scenario for all its operations, and one per scenario that was not
 * measured.
 */
export function operationsCsv(run: RunFile): string {
  const rows = run.scenarios.flatMap((scenario): OperationRow[] => {
    if (scenario.state !== 'measured') return [{ run, scenario, measured: null }]
    const { operations } = scenario.result
    const rowOf = (operation: OperationJson, isAll: boolean): OperationRow => ({
      run,
      scenario,
      measured: { scenario, operation, isAll },
    })
    return [
      ...operations.map((operation) => rowOf(operation, false)),
      rowOf(allOf(scenario.result), true),
    ]
  })
  const columns = isOfRegistry(run.system)
    ? OPERATION_COLUMNS
    : [...RUN_COLUMNS, SERVERS, ...SCENARIO_COLUMNS]
  return toCsv(columns, rows)
}

/** All operations of a load as one. */
function allOf(load: LoadResultJson): OperationJson {
  const whole = mergeOperations(load.operations.map(deserializeOperation))
  const { unavailableMs, unavailableAtLeastMs } = load
  return serializeOperation([
    '',
    { ...whole, unavailableMs, unavailableAtLeastMs, checks: [], tags: [] },
  ])
}

/** `undefined`: all. */
function nameOf({ operation, isAll }: Measured): string | undefined {
  return isAll ? undefined : operation.name
}

type Measured = NonNullable<OperationRow['measured']>

function versionOf(server: string): Column<OperationRow>['value'] {
  return ({ run: { system } }) =>
    'servers' in system
      ? (system.servers.find(({ name }) => name === server)?.version ?? null)
      : null
}

function reasonsOf(verdict: MeasuredScenario['verdict'] | undefined): string | null {
  if (verdict === undefined || verdict.kind === 'valid') return null
  return verdict.reasons.map(({ message }) => message).join('; ')
}

function boundsOf(
  { measured }: OperationRow,
  outcome: MeasuredScenario['slo'][number]['outcome'],
): string | null {
  const rows = measured?.scenario.slo.filter((row) => row.outcome === outcome) ?? []
  if (rows.length === 0) return null
  return rows
    .map(({ metric, operation, windows }) => {
      const every = windows === null ? '' : ` every ${windows.everyMs / 1_000} s`
      return `${metric} of ${operation}${every}`
    })
    .join('; ')
}

function countColumns(): readonly Column<OperationRow>[] {
  const descriptions = {
    planned: 'requests that were due',
    started: 'requests started',
    dropped: 'requests due but not started, too many being under way',
    notStarted: 'requests due but not started, the load being ended early',
    ok: 'requests that succeeded',
    failed: 'requests that failed',
    timedOut: 'requests that timed out',
    unfinished: 'requests that never ended',
  } as const
  const names = Object.keys(descriptions) as (keyof typeof descriptions)[]
  return names.map((name) =>
    ofOperation(name, descriptions[name], ({ operation }) => operation.counts[name]),
  )
}

function deliveryColumns(): readonly Column<OperationRow>[] {
  const descriptions = {
    expected: 'messages × recipients, those of messages that could not be sent included',
    received: 'of these, received',
    duplicates: 'received again',
    missing: 'never received',
    missingByPause: 'of these, perhaps because of a pause of generator or receivers',
    missingByFailure: "of the missing, those whose request didn't succeed",
  } as const
  const names = Object.keys(descriptions) as (keyof typeof descriptions)[]
  return [
    ...names.map((name) =>
      ofOperation(
        `deliveries${capitalised(name)}`,
        descriptions[name],
        ({ operation }) => countedDeliveries(operation.deliveries)?.[name] ?? null,
      ),
    ),
    ofOperation('deliveryRatio', 'received / expected, 0 to 1', ({ operation }) =>
      roundedRatio(deliveryRatio(countedDeliveries(operation.deliveries))),
    ),
  ]
}

function lossColumns(): readonly Column<OperationRow>[] {
  const ofLosses = (
    label: string,
    description: string,
    value: (losses: KnownLosses) => string | number | null,
  ): Column<OperationRow> =>
    ofOperation(label, description, ({ operation: { losses } }) =>
      losses?.kind === 'known' ? value(losses) : null,
    )
  return [
    ofOperation('unavailableMs', 'the longest stretch without a success', ({ operation }) =>
      roundedMs(operation.unavailableMs),
    ),
    ofLosses('promisesOf', 'registrations or messages', (losses) => losses.of),
    ofLosses(
      'promised',
      'registrations acknowledged, or messages promised',
      (losses) => losses.promised,
    ),
    ofLosses(
      'lost',
      'of these, neither there at the end nor expired or removed',
      (losses) => losses.lost,
    ),
    ofLosses(
      'promiseDuplicates',
      'messages handled again under a guarantee that rules it out',
      (losses) => losses.duplicates,
    ),
  ]
}

function timeColumns(
  time: string,
  meaning: string,
  figuresOf: (operation: OperationJson) => HistogramFigures | null,
): readonly Column<OperationRow>[] {
  return FIGURES.map((figure) =>
    ofOperation(
      `${time}${capitalised(figure)}`,
      `${time} time (${meaning}), ${figureName(figure)}`,
      ({ operation }) => roundedMs(figuresOf(operation)?.[figure] ?? null),
    ),
  )
}

/** Columns of a closed load, equal in the rows of all its steps. */
function usersColumns(): readonly Column<OperationRow>[] {
  type Closed = Extract<LoadResultJson['model'], { kind: 'closed' }>
  const ofUsers = (
    label: string,
    description: string,
    value: (model: Closed) => string | number | null,
  ): Column<OperationRow> =>
    ofOperation(label, `${description}; of a closed load`, ({ scenario: { result } }) =>
      result.model.kind === 'closed' ? value(result.model) : null,
    )
  return [
    ofUsers('users', 'the most at any time', ({ users }) => users),
    ofUsers('usersSetUp', 'of these, set up', ({ setUp }) => setUp.ok),
    ofUsers('thinkTime', 'distribution of the think time', ({ thinkTime }) => thinkTime.label),
    ofUsers(
      'iterationsStarted',
      'passes through all steps',
      ({ iterations }) => iterations.started,
    ),
    ofUsers(
      'iterationsCompleted',
      'of these, with every step ok',
      ({ iterations }) => iterations.completed,
    ),
    ofUsers(
      'iterationsCutShort',
      'of these, ended by a step that was not',
      ({ iterations }) => iterations.cutShort,
    ),
    ...FIGURES.map((figure) =>
      ofUsers(
        `iteration${capitalised(figure)}`,
        `service times of an iteration's steps, added up, ${figureName(figure)}`,
        ({ iterations }) => roundedMs(iterations.time.figures[figure]),
      ),
    ),
  ]
}
