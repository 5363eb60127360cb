import { html } from 'htm/preact'
import type { VNode } from 'preact'
import { capitalised, counted, formatCount, formatMs, formatUtc } from '../../../format.ts'
import { printable } from '../../../printable.ts'
import { percentileMs } from '../../../load/recording/histogram.ts'
import type { Chart, LineChart } from '../../../report/html/chart.ts'
import { chartGrid } from '../../../report/html/chart-figure.ts'
import { dataTable, type TableColumn } from '../../../report/html/data-table.ts'
import type { Page } from '../../../report/html/page.ts'
import { percentilesChart } from '../../../report/html/run/charts/percentiles-chart.ts'
import { outcomeBadge, type Ending } from '../../../report/html/run/outcome-badge.ts'
import { noteList, verdictPage, type PageSection } from '../../../report/html/verdict-page.ts'
import type { StageName } from '../../gate-options.ts'
import { clock } from '../figures.ts'
import type { GateReport } from '../gate-report.ts'
import { headline, summaryLines, tablesOf } from '../gate-summary.ts'
import type { StageRow, StageTable } from '../stage-table.ts'
import { pairsCharts } from './pairs-charts.ts'
import { roundsCharts } from './rounds-charts.ts'
import type { OperationTimes } from './version-histograms.ts'

const ENDINGS = {
  pass: 'passed',
  changed: 'degraded',
  improvement: 'passed',
  regression: 'failed',
  inconclusive: 'inconclusive',
  refused: 'inconclusive',
  'not comparable': 'inconclusive',
} as const satisfies Record<StageRow['verdict'], Ending>

/**
 * A gate's report as a page: the verdict, what did not pass, and each stage's evidence.
 * @param times of all rounds: see `versionHistograms`.
 */
export function gatePage(report: GateReport, times: readonly OperationTimes[]): Page {
  const tables = tablesOf(report)
  const sentence = printable(headline(report))
  const { verdict, status, baseline, candidate, subject, startedAt, elapsedMs } = report
  return verdictPage({
    title: `Gate: ${sentence}`,
    kicker: 'Performance gate',
    ending: ENDINGS[verdict],
    word: verdict,
    sentence: `${capitalised(sentence)}${decisiveText(report, tables)}`,
    facts: [
      ['Baseline', printable(baseline.version)],
      ['Candidate', printable(candidate.version)],
      ['Subject', subject.map(printable).join(', ')],
      ['Date', formatUtc(startedAt)],
      ['Duration', `${clock(elapsedMs)} min${status === 'interrupted' ? ', interrupted' : ''}`],
      ['Environment', printable(report.environment)],
    ],
    sections: [
      ...findingsSections(tables),
      ...tables.map((table) => stageSection(table, chartsOf(report, table.stage))),
      ...percentileSections(times),
      {
        id: 'how',
        heading: 'How this was measured',
        body: noteList(
          [...tables.flatMap(({ notes }) => notes), ...summaryLines(report)].map(printable),
        ),
        charts: [],
      },
    ],
    footer: `Performance gate of ${startedAt}`,
  })
}

/** Where the verdict comes from: how many comparisons have it, and the first of them. */
function decisiveText({ verdict }: GateReport, tables: readonly StageTable[]): string {
  if (verdict === 'pass') return ''
  const decisive = tables.flatMap(({ stage, names, rows }) =>
    rows
      .filter((row) => row.verdict === verdict)
      .map(({ cells }) => `${cells.slice(0, names).join(' ')} (${stage})`),
  )
  const [first, ...others] = decisive
  if (first === undefined) return ''
  return `: ${printable(first)}${others.length === 0 ? '' : ` and ${formatCount(others.length)} more`}`
}

/** Everything that did not simply pass, of all stages. */
function findingsSections(tables: readonly StageTable[]): readonly PageSection[] {
  const all = tables.flatMap(({ stage, names, rows }) =>
    rows.map((row) => ({ stage, name: row.cells.slice(0, names).join(', '), row })),
  )
  if (all.length === 0) return []
  const others = all.filter(({ row }) => row.verdict !== 'pass')
  const passed = all.length - others.length
  const body = html`${dataTable({
      caption: 'Verdicts other than pass',
      columns: [
        { heading: 'stage' },
        { heading: 'comparison' },
        { heading: 'verdict' },
        { heading: 'reason' },
      ],
      rows: others.map(({ stage, name, row }) => [
        stage,
        printable(name),
        badge(row),
        reasonOf(row),
      ]),
    })}
    <p class="note">${counted(passed, 'comparison')} of ${all.length} passed.</p>
    ${noteList(tables.flatMap(({ findings }) => findings.map(printable)))}`
  return [{ id: 'findings', heading: 'At a glance', body, charts: [] }]
}

function badge({ verdict }: StageRow): VNode {
  return outcomeBadge(ENDINGS[verdict], verdict)
}

/** What a row says besides its verdict. */
function reasonOf({ verdict, says }: StageRow): string {
  return printable(says.startsWith(`${verdict}: `) ? says.slice(verdict.length + 2) : '')
}

function chartsOf({ stages }: GateReport, stage: StageName): readonly LineChart[] {
  const { pairs, rounds } = stages
  if (stage === 'pairs' && pairs.kind !== 'skipped') return pairsCharts(pairs)
  return stage === 'rounds' && rounds.kind !== 'skipped' ? roundsCharts(rounds) : []
}

function stageSection(table: StageTable, charts: readonly Chart[]): PageSection {
  const { stage, headings, names, rows } = table
  const columns = headings.map((heading, at): TableColumn => ({ heading, isFigure: at >= names }))
  const body = html`${dataTable({
    caption: `All comparisons of ${stage}`,
    columns: [...columns, { heading: 'verdict' }],
    rows: rows.map((row) => [
      ...row.cells.map(printable),
      html`${badge(row)}<small>${reasonOf(row)}</small>`,
    ]),
  })}
  ${chartGrid(charts)}`
  return { id: stage, heading: HEADINGS[stage], body, charts }
}

const HEADINGS: Readonly<Record<StageName, string>> = {
  counts: 'Counts: requests to the servers per call',
  pairs: 'Pairs: both versions called in turns by one process',
  drift: 'Drift: whether an operation gets slower with time',
  rounds: 'Rounds: open-loop load on each version in turns',
}

/** Both versions' service times over each other, of all rounds. */
function percentileSections(times: readonly OperationTimes[]): readonly PageSection[] {
  const charts = times.flatMap(({ scenario, operation, service }, at): readonly LineChart[] => {
    const figures = [50, 95, 99].map((percentile) => {
      const [before, after] = [service.baseline, service.candidate].map((histogram) => {
        const ms = percentileMs(histogram, percentile)
        return ms === null ? 'unknown' : formatMs(ms)
      })
      return `P${percentile} ${before} against ${after}`
    })
    const chart = percentilesChart(
      {
        id: `percentiles-${at + 1}`,
        title: printable(`${scenario}, ${operation}: service time by percentile`),
        sentence: `All rounds together, baseline against candidate: ${figures.join(', ')}.`,
        label: 'service time',
      },
      [
        { label: 'baseline', tone: 'baseline', histogram: service.baseline },
        { label: 'candidate', tone: 'candidate', histogram: service.candidate },
      ],
      [],
    )
    return chart === null ? [] : [chart]
  })
  if (charts.length === 0) return []
  const body = html`<p class="note">
      These charts add up all rounds. The verdict comes from differences within rounds, which are
      above.
    </p>
    ${chartGrid(charts)}`
  return [{ id: 'percentiles', heading: 'Service times of all rounds', body, charts }]
}
