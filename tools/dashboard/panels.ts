import { LineInterpolation } from '@grafana/grafana-foundation-sdk/common'
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  type Threshold,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

/** What all panels ask: chosen at the top of the dashboard. */
const SOURCE = { type: 'prometheus', uid: '${source}' }

/** PromQL, and what its series are called in the legend. */
export interface Query {
  readonly expr: string
  readonly legend: string
}

/** One chart. */
export interface Panel {
  readonly title: string
  /** What it shows, and what to do if it looks wrong. */
  readonly description: string
  /** A unit of Grafana: `s`, `percentunit`, `ops`, `bytes`, `short`. */
  readonly unit: string
  readonly queries: readonly Query[]
  /** From this value on, it is red. */
  readonly limit?: number
}

/** A dashboard for Grafana with its choice of a Prometheus; `uid` is part of its address. */
export function dashboard(title: string, uid: string, refresh: string): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .tags(['prism-loadtest'])
    .refresh(refresh)
    .time({ from: 'now-30m', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('source').label('Prometheus').type('prometheus'))
}

/** A choice of any number of a label's values. */
export function choice(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(SOURCE)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
}

/** Values over time. */
export function timeSeries(panel: Panel): TimeSeriesBuilder {
  const chart = new TimeSeriesBuilder()
    .title(panel.title)
    .description(panel.description)
    .datasource(SOURCE)
    .unit(panel.unit)
    .min(0)
    .lineInterpolation(LineInterpolation.Linear)
    .thresholds(limits(panel.limit))
    .height(8)
    .span(12)
  for (const query of queries(panel)) chart.withTarget(query)
  return chart
}

/** The latest value, large. */
export function stat(panel: Panel): StatBuilder {
  const chart = new StatBuilder()
    .title(panel.title)
    .description(panel.description)
    .datasource(SOURCE)
    .unit(panel.unit)
    .thresholds(limits(panel.limit))
    .noValue('no data')
    .height(4)
    .span(6)
  for (const query of queries(panel)) chart.withTarget(query)
  return chart
}

function queries(panel: Panel): readonly DataqueryBuilder[] {
  return panel.queries.map(({ expr, legend }, i) =>
    new DataqueryBuilder().refId('ABCDEFGH'.charAt(i)).expr(expr).legendFormat(legend),
  )
}

function limits(limit: number | undefined): ThresholdsConfigBuilder {
  const steps: Threshold[] = [{ color: 'green', value: null }]
  if (limit !== undefined) steps.push({ color: 'red', value: limit })
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps)
}
