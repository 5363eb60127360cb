import { expect, test } from 'vitest'
import type { FaultProgress, FaultRecord } from '../../../load/faults/fault-record.ts'
import { faultedScenario, KILL_AND_PAUSE } from '../../../run-file/testing/faulted-scenario.ts'
import { runOf } from '../../../run-file/testing/run-fixture.ts'
import { chartsSvg } from '../../svg/charts-svg.ts'
import { renderPage } from '../page.ts'
import { faultMarks } from './charts/marks.ts'
import { runPage } from './run-page.ts'

const planned = { what: null, plannedAtMs: 3_000 }

test('a kill is a moment, a pause a stretch, and what was not due is not in a chart', () => {
  const faults: readonly FaultProgress[] = [
    ...KILL_AND_PAUSE,
    { state: 'failed', label: 'fill disk', ...planned, fromMs: 3_001, reason: 'no disk' },
    { state: 'elsewhere', label: 'cut Redis', ...planned },
    { state: 'not reached', label: 'restart', ...planned },
    { state: 'planned', label: 'drain', ...planned },
  ]
  expect(faultMarks(faults)).toEqual([
    { kind: 'fault', from: 2.01, to: 2.01, label: 'kill Redis primary' },
    { kind: 'fault', from: 6, to: 7.5, label: 'pause gateway, 1.5 s' },
    { kind: 'fault-failed', from: 3.001, to: 3.001, label: 'fill disk: failed' },
    { kind: 'fault', from: 3, to: 3, label: 'cut Redis, by another shard' },
  ])
})

test('a fault that is on lasts until now', () => {
  const on: FaultProgress = { state: 'on', label: 'slow NATS', ...planned, fromMs: 3_000 }
  const later: FaultProgress = { state: 'elsewhere', label: 'kill', what: null, plannedAtMs: 9_000 }
  expect(faultMarks([on, later], 4_500)).toEqual([
    { kind: 'fault', from: 3, to: 4.5, label: 'slow NATS' },
  ])
})

test('very many faults are fewer marks, which cover all of them', () => {
  const faults = Array.from({ length: 1_000 }, (_, k): FaultRecord => ({
    state: 'injected',
    label: `restart ${k}`,
    what: null,
    plannedAtMs: k,
    fromMs: k,
    toMs: k,
  }))
  const marks = faultMarks(faults)
  expect(marks.length).toBeLessThanOrEqual(60)
  expect(marks[0]).toEqual({
    kind: 'fault',
    from: 0,
    to: 0.016,
    label: '17 faults, from: restart 0',
  })
  expect(marks.at(-1)?.to).toBe(0.999)
})

const faulted = faultedScenario()
const page = runPage(runOf([faulted]))

test('every chart over time shows every fault', () => {
  const overTime = page.charts.filter(({ x }) => x.scale === 'clock')
  expect(overTime.length).toBeGreaterThan(2)
  for (const { marks } of overTime) {
    expect(marks.filter(({ kind }) => kind === 'fault').map(({ label }) => label)).toEqual([
      'kill Redis primary',
      'pause gateway, 1.5 s',
    ])
  }
})

test('the page has tables of faults and promises, and says at once that some were broken', () => {
  const text = renderPage(page, { script: '', style: '' })
  for (const part of [
    'Faults of storm',
    'redis-2 at 127.0.0.1:7002',
    'a: 12 of 3,000 registrations lost.',
    'user-1, user-2 and 10 more',
    'longest without success',
  ]) {
    expect(text).toContain(part)
  }
})

test('an image of charts names its faults, each beside its line', () => {
  const charts = page.charts.filter((chart) => chart.kind === 'lines' && chart.x.scale === 'clock')
  const svg = chartsSvg(charts.filter((chart) => chart.kind === 'lines').slice(0, 1))
  expect(svg).toMatch(/<path class="mark-fault" d="M[\d.]+ 44v\d+"/)
  expect(svg).toMatch(/<text class="mark-fault"[^>]*>kill Redis primary<\/text>/)
})
