import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { choice, dashboard, stat, timeSeries } from './panels.ts'

const OF = '{loadtest_run_id=~"$run",loadtest_scenario=~"$scenario"}'
const BY = 'loadtest_scenario, loadtest_operation'
const LEGEND = '{{loadtest_scenario}} {{loadtest_operation}}'

function percentile(ratio: number, metric: string): string {
  return `histogram_quantile(${ratio}, sum by (le, ${BY}) (rate(${metric}_bucket${OF}[$__rate_interval])))`
}

/** A load test while it runs: asked and achieved rates, times, errors, verdict and SLO. */
export function loadDashboard(): Dashboard {
  return dashboard('Load test', 'prism-loadtest', '5s')
    .withVariable(choice('run', 'Run', 'label_values(loadtest_requests_total, loadtest_run_id)'))
    .withVariable(
      choice('scenario', 'Scenario', 'label_values(loadtest_requests_total, loadtest_scenario)'),
    )
    .withRow(new RowBuilder('Judgement'))
    .withPanel(
      stat({
        title: 'Invalid measurements',
        description:
          'Scenarios whose figures cannot be trusted: the reports say why. No data until one has ended.',
        unit: 'short',
        limit: 1,
        queries: [
          {
            expr: `count(loadtest_measurement_valid${OF}) - sum(loadtest_measurement_valid${OF})`,
            legend: '',
          },
        ],
      }),
    )
    .withPanel(
      stat({
        title: 'Missed bounds',
        description: 'Bounds of SLOs that are missed. No data until a scenario has ended.',
        unit: 'short',
        limit: 1,
        queries: [
          { expr: `count(loadtest_slo_met${OF}) - sum(loadtest_slo_met${OF})`, legend: '' },
        ],
      }),
    )
    .withPanel(
      stat({
        title: 'In flight',
        description: 'Requests under way.',
        unit: 'short',
        queries: [{ expr: `sum(loadtest_requests_in_flight${OF})`, legend: '' }],
      }),
    )
    .withPanel(
      stat({
        title: 'Requests not ok',
        description:
          'Ratio of all requests that were due: failed, timed out, unfinished, dropped or not started.',
        unit: 'percentunit',
        limit: 0.01,
        queries: [
          {
            expr: `sum(loadtest_requests_total{loadtest_run_id=~"$run",loadtest_scenario=~"$scenario",loadtest_outcome!="ok"}) / sum(loadtest_requests_total${OF})`,
            legend: '',
          },
        ],
      }),
    )
    .withRow(new RowBuilder('Load'))
    .withPanel(
      timeSeries({
        title: 'Asked and achieved rate',
        description: 'Requests per second that were due, and that were started.',
        unit: 'reqps',
        queries: [
          {
            expr: `sum by (${BY}) (loadtest_rate_asked_per_second${OF})`,
            legend: `${LEGEND} asked`,
          },
          {
            expr: `sum by (${BY}) (loadtest_rate_achieved_per_second${OF})`,
            legend: `${LEGEND} achieved`,
          },
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Requests not ok, by reason',
        description: 'Per second: failed ones by error code, others by outcome.',
        unit: 'reqps',
        queries: [
          {
            expr: `sum by (loadtest_operation, error_type) (rate(loadtest_errors_total${OF}[$__rate_interval]))`,
            legend: '{{loadtest_operation}} {{error_type}}',
          },
          {
            expr: `sum by (loadtest_operation, loadtest_outcome) (rate(loadtest_requests_total{loadtest_run_id=~"$run",loadtest_scenario=~"$scenario",loadtest_outcome!~"ok|failed"}[$__rate_interval]))`,
            legend: '{{loadtest_operation}} {{loadtest_outcome}}',
          },
        ],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Response time, P99',
        description: 'From when a request was due.',
        unit: 's',
        queries: [{ expr: percentile(0.99, 'loadtest_response_duration_seconds'), legend: LEGEND }],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Response time, P50',
        description: 'From when a request was due.',
        unit: 's',
        queries: [{ expr: percentile(0.5, 'loadtest_response_duration_seconds'), legend: LEGEND }],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Service time, P99',
        description:
          'From when a request was started. Far below the response time: requests waited.',
        unit: 's',
        queries: [{ expr: percentile(0.99, 'loadtest_service_duration_seconds'), legend: LEGEND }],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Lateness of the generator, P99',
        description:
          'If it is a large part of the response time, the figures are of the generator.',
        unit: 's',
        queries: [{ expr: percentile(0.99, 'loadtest_lateness_seconds'), legend: LEGEND }],
      }),
    )
    .withPanel(
      timeSeries({
        title: 'Receipts',
        description: 'Messages per second that subscribers confirmed.',
        unit: 'ops',
        queries: [
          {
            expr: `sum by (${BY}, loadtest_outcome) (rate(loadtest_receipts_total${OF}[$__rate_interval]))`,
            legend: `${LEGEND} {{loadtest_outcome}}`,
          },
        ],
      }),
    )
    .build()
}
