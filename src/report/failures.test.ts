import { expect, test } from 'vitest'
import { loadResult } from '../load/testing/result-fixture.ts'
import { serializeLoadResult } from '../run-file/json/load-result-json.ts'
import { renderFailures } from './failures.ts'

/** The failures of a load in which requests ran on after they had been given up. */
function failuresOf(ranOn: { readonly most: number; readonly atEnd: number }): string {
  const counts = { planned: 100, started: 40, ok: 30, timedOut: 10, dropped: 60 }
  const result = loadResult({ call: { counts } })
  const health = { ...result.health, ranOn }
  return renderFailures(serializeLoadResult({ ...result, health }))
}

test('dropped requests are shown with those that took up their room', () => {
  expect(failuresOf({ most: 0, atEnd: 0 })).toMatch(/dropped +60 +due while 10,000 others ran *$/)
  expect(failuresOf({ most: 7, atEnd: 0 })).toMatch(
    /due while 10,000 others ran; up to 7 ran on after they had been given up/,
  )
})

test('requests still running at the end have a line of their own', () => {
  expect(failuresOf({ most: 7, atEnd: 3 })).toMatch(
    /\n {2}requests given up: 3 still ran at the end; do they pass on `request.signal`\?$/,
  )
  expect(failuresOf({ most: 7, atEnd: 0 })).not.toContain('at the end; do')
})
