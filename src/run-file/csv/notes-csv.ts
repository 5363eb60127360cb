import { capitalised } from '../../format.ts'
import { perSecond } from '../../load/metrics/counter.ts'
import { column, toCsv, type Column } from './csv.ts'
import { roundedMs, roundedRate } from './rounded.ts'
import type { MetricJson, TagSplitJson } from '../json/load-result-json.ts'
import type { RunFile, ScenarioEntry } from '../run-file.ts'

type Measured = Extract<ScenarioEntry, { state: 'measured' }>
type CheckJson = Measured['result']['operations'][number]['checks'][number]

/** A row of `<runId>.metrics.csv`: a check, a value of a tag, or a metric. */
export interface NoteRow {
  readonly run: RunFile
  readonly scenario: Measured
  /** `null` for a metric, which belongs to the whole load. */
  readonly operation: string | null
  readonly note: CheckJson | TagSplitJson | MetricJson
}

const TIMES = ['p50Ms', 'p95Ms', 'p99Ms', 'maxMs'] as const

/** All columns of `<runId>.metrics.csv`; columns that don't apply to a kind are empty. */
export const NOTE_COLUMNS: readonly Column<NoteRow>[] = [
  column('runId', "the run's name", ({ run }) => run.runId),
  column('scenario', "the scenario's name", ({ scenario }) => scenario.name),
  column('file', 'where it is defined', ({ scenario }) => scenario.file),
  column('operation', 'empty of a metric', ({ operation }) => operation),
  column('kind', 'check, tag, counter, gauge or trend', ({ note }) => kindOf(note)),
  column('name', "the check's, the tag's or the metric's", ({ note }) =>
    'tag' in note ? note.tag : note.name,
  ),
  column('value', "the tag's; empty for requests without one", ({ note }) =>
    'tag' in note ? note.value : null,
  ),
  column('unit', "the metric's", ({ note }) => ('unit' in note ? note.unit : null)),
  column('count', 'checks made, requests ended, or values written', ({ note }) => countOf(note)),
  column('ok', 'checks passed, or requests that succeeded', ({ note }) =>
    'passed' in note ? note.passed : 'tag' in note ? note.counts.ok : null,
  ),
  column('failed', 'checks or requests that failed', ({ note }) =>
    'passed' in note ? note.failed : 'tag' in note ? note.counts.failed : null,
  ),
  ofTag('timedOut', 'requests that timed out', ({ counts }) => counts.timedOut),
  ofTag('unfinished', 'requests that never ended', ({ counts }) => counts.unfinished),
  ...TIMES.map((figure) =>
    ofTag(`response${capitalised(figure)}`, 'of the requests with this value', (tag) =>
      roundedMs(tag.response.figures[figure]),
    ),
  ),
  ...TIMES.map((figure) =>
    ofTag(`service${capitalised(figure)}`, 'of the requests with this value', (tag) =>
      roundedMs(tag.service.figures[figure]),
    ),
  ),
  ofMetric('total', 'of a counter', (metric) => (metric.kind === 'counter' ? metric.total : null)),
  column('perSecond', 'of a counter, while requests were being started', ({ note, scenario }) =>
    'inTime' in note ? roundedRate(perSecond(note.inTime, scenario.result.measuredMs)) : null,
  ),
  ofMetric('last', 'of a gauge', (metric) =>
    metric.kind === 'gauge' ? (metric.values?.last ?? null) : null,
  ),
  ofMetric('min', 'of a gauge', (metric) =>
    metric.kind === 'gauge' ? (metric.values?.min ?? null) : null,
  ),
  ofMetric('max', 'of a gauge or a trend', (metric) => {
    if (metric.kind === 'trend') return metric.figures.max
    return metric.kind === 'gauge' ? (metric.values?.max ?? null) : null
  }),
  ...(['mean', 'p50', 'p95', 'p99', 'p999'] as const).map((figure) =>
    ofMetric(figure, 'of a trend', (metric) =>
      metric.kind === 'trend' ? metric.figures[figure] : null,
    ),
  ),
  ofMetric('clamped', 'values of a trend beyond its range', (metric) =>
    metric.kind === 'trend' ? metric.clamped : null,
  ),
  ofMetric('invalid', 'values that were refused', (metric) => metric.invalid),
]

/** Whether a run's requests wrote checks, tags or metrics. */
export function hasNotes({ scenarios }: Pick<RunFile, 'scenarios'>): boolean {
  return scenarios.some(
    (scenario) =>
      scenario.state === 'measured' &&
      (scenario.result.metrics.length > 0 ||
        scenario.result.operations.some(({ checks, tags }) => checks.length + tags.length > 0)),
  )
}

/** One row per check, tag value and metric; `null` if the run has none. */
export function notesCsv(run: RunFile): string | null {
  const rows = run.scenarios.flatMap((scenario): NoteRow[] => {
    if (scenario.state !== 'measured') return []
    const { operations, metrics } = scenario.result
    return [
      ...operations.flatMap(({ name, checks, tags }) =>
        [...checks, ...tags].map((note) => ({ run, scenario, operation: name, note })),
      ),
      ...metrics.map((note) => ({ run, scenario, operation: null, note })),
    ]
  })
  return rows.length === 0 ? null : toCsv(NOTE_COLUMNS, rows)
}

function kindOf(note: NoteRow['note']): string {
  if ('tag' in note) return 'tag'
  return 'kind' in note ? note.kind : 'check'
}

function countOf(note: NoteRow['note']): number | null {
  if ('passed' in note) return note.passed + note.failed
  if ('tag' in note) return Object.values(note.counts).reduce((sum, count) => sum + count, 0)
  if (note.kind === 'gauge') return note.count
  return note.kind === 'trend' ? note.figures.count : null
}

function ofTag(
  name: string,
  description: string,
  value: (tag: TagSplitJson) => number | null,
): Column<NoteRow> {
  return column(name, description, ({ note }) => ('tag' in note ? value(note) : null))
}

function ofMetric(
  name: string,
  description: string,
  value: (metric: MetricJson) => number | null,
): Column<NoteRow> {
  return column(name, description, ({ note }) => ('kind' in note ? value(note) : null))
}
