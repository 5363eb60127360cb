import { expect, test } from 'vitest'
import type { Chart } from '../html/chart.ts'
import { LiveUpdates } from './live-updates.ts'

function chart(id: string, values: readonly number[]): Chart {
  return {
    kind: 'lines',
    id,
    title: id,
    sentence: '',
    x: { scale: 'linear', label: 'x', unit: 'number' },
    y: { scale: 'linear', label: 'y', unit: 'number' },
    xs: values.map((_, at) => at),
    series: [{ label: 'y', tone: 'p50', shape: 'line', values }],
    bounds: [],
    marks: [],
  }
}

const parts = (given: Record<string, string>) => new Map(Object.entries(given))

test('tells only what has changed, and nothing if nothing has', () => {
  const updates = new LiveUpdates()
  const first = {
    parts: parts({ a: '1', b: '<p>2</p>' }),
    charts: [chart('x', [1]), chart('y', [1])],
  }
  expect(JSON.parse(updates.next(first) ?? '')).toEqual({
    parts: { a: '1', b: '<p>2</p>' },
    charts: first.charts,
  })
  expect(updates.next(first)).toBeNull()
  const second = { parts: parts({ a: '1', b: '3' }), charts: [chart('x', [1]), chart('y', [1, 2])] }
  expect(JSON.parse(updates.next(second) ?? '')).toEqual({
    parts: { b: '3' },
    charts: [second.charts[1]],
  })
})

test('fills the places in a part again whose own markup is new', () => {
  const updates = new LiveUpdates()
  const inner = { 'in-1': 'same', 'in-2': 'same' }
  updates.next({ parts: parts({ outer: '<i id="in-1"></i>', ...inner }), charts: [] })
  const grown = { outer: '<i id="in-1"></i><i id="in-2"></i>', ...inner }
  expect(JSON.parse(updates.next({ parts: parts(grown), charts: [] }) ?? '')).toMatchObject({
    parts: grown,
  })
})

test('gives the whole of the last view to those who have seen none of it', () => {
  const updates = new LiveUpdates()
  updates.next({ parts: parts({ gone: '0' }), charts: [chart('gone', [])] })
  const last = { parts: parts({ a: '1', b: '2' }), charts: [chart('x', [1])] }
  updates.next(last)
  expect(JSON.parse(updates.whole())).toEqual({ parts: { a: '1', b: '2' }, charts: last.charts })
})
