import { describe, expect, test } from 'vitest'
import { newTimeHistogram } from '../../../load/recording/histogram.ts'
import type { LineChart } from '../../../report/html/chart.ts'
import { renderPage } from '../../../report/html/page.ts'
import { aGateReport } from '../../testing/gate-report.ts'
import type { GateReport } from '../gate-report.ts'
import { gatePage } from './gate-page.ts'

function pageOf(report: GateReport, times: Parameters<typeof gatePage>[1] = []) {
  const page = gatePage(report, times)
  return { ...page, text: renderPage(page, { script: '', style: '' }) }
}

function chartNamed(report: GateReport, id: string): LineChart {
  const chart = pageOf(report).charts.find((one) => one.id === id)
  if (chart?.kind !== 'lines') throw new Error(`no chart ${id}`)
  return chart
}

test('says the verdict first, then what did not pass and why', () => {
  const { text } = pageOf(aGateReport())
  expect(text).toContain(
    '<h1>Regression: working tree against main (0a1b2c3): register Redis EXISTS (counts) and 3 more</h1>',
  )
  const findings = text.slice(text.indexOf('id="findings"'), text.indexOf('id="counts"'))
  expect(findings).toContain('register, Redis EXISTS')
  expect(findings).toContain('candidate fails, call: boom')
  expect(findings).not.toContain('heartbeat')
  expect(findings).toContain('1 comparison of 5 passed.')
})

describe('rounds', () => {
  test('are dots of both versions, round by round, beside the change that counts', () => {
    const chart = chartNamed(aGateReport(), 'rounds-1')
    expect(chart.x).toMatchObject({ scale: 'names', names: ['round 1', 'round 2', 'round 3'] })
    expect(chart.series.map(({ shape, tone, values }) => [shape, tone, values])).toEqual([
      ['dots', 'baseline', [1, 1.1, 1]],
      // A round without a usable measurement has no dot.
      ['dots', 'candidate', [1.3, 1.4, null]],
    ])
    expect(chart.bounds).toEqual([
      { axis: 'y', at: 1.05, label: '+5.0 %, the smallest that counts' },
    ])
    expect(chart.sentence).toContain('+29.0 %, 95 % interval +25.0 % … ? in 10 rounds')
  })

  test('have their estimates in one chart, with intervals that may be unbounded', () => {
    const chart = chartNamed(aGateReport(), 'rounds-times')
    expect(chart.series[0]).toMatchObject({
      values: [0.29],
      interval: { low: [0.25], high: [null] },
    })
    expect(chart.bounds.map(({ at }) => at)).toEqual([0, 0.05, 0.1])
  })
})

test('pairs have estimates with intervals and the thresholds at which they count', () => {
  const chart = chartNamed(aGateReport(), 'pairs-latency-all')
  expect(chart.x).toMatchObject({ names: ['register'] })
  expect(chart.series[0]).toMatchObject({
    values: [0.052],
    interval: { low: [0.046], high: [0.055] },
  })
  expect(chart.bounds).toContainEqual({ axis: 'y', at: 0.025, label: 'counts from' })
})

test('both versions are over each other on the axis of percentiles', () => {
  const service = { baseline: newTimeHistogram(), candidate: newTimeHistogram() }
  service.baseline.recordValue(1_000)
  service.candidate.recordValue(2_000)
  const { charts } = pageOf(aGateReport(), [{ scenario: 'mixed', operation: 'send', service }])
  const chart = charts.find(({ id }) => id === 'percentiles-1')
  expect(chart?.x.scale).toBe('nines')
  expect(chart?.sentence).toContain('P50 1.00 ms against 2.00 ms')
})

test('gates that measured nothing, or were interrupted, are pages, too', () => {
  const report = aGateReport()
  const skipped = { kind: 'skipped', why: 'equal', isMissed: false } as const
  const stages = { counts: skipped, pairs: skipped, drift: skipped, rounds: skipped }
  expect(pageOf({ ...report, stages, verdict: 'pass' }).text).toContain(
    'Pass: working tree against main (0a1b2c3), without measuring: they are equal',
  )
  const early = { ...report, status: 'interrupted', verdict: 'inconclusive' } as const
  expect(pageOf(early).text).toContain('<h1>Interrupted: working tree')
})

test('names can hold no markup, script or control character', () => {
  const evil = '</script><script>alert(1)</script><img src=x>\u001b[2J'
  const { text } = pageOf(aGateReport(evil))
  expect(text.match(/<script/g)).toHaveLength(2)
  for (const part of ['<img', '\u001b']) expect(text).not.toContain(part)
})
