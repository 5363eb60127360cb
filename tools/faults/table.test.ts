import { expect, test } from 'vitest'
import { parseSlo } from '../../src/load/slo/parse-slo.ts'
import { isOfGenerator } from './faults.ts'
import { faultTable } from './table.ts'

const rows = faultTable()

test('every row has a unique name', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
})

test('the steps of a row are in chronological order', () => {
  for (const { steps } of rows) {
    const times = steps.flatMap(({ at }) => (typeof at === 'number' ? [at] : []))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  }
})

test('no row whose faults are all of the generator may end as missed', () => {
  for (const { steps, expected, load } of rows) {
    const isGenerator = steps.length > 0 && steps.every(({ fault }) => isOfGenerator(fault))
    if (isGenerator && load.slos.length === 0) expect(expected.exit).not.toContain(1)
  }
})

test('every bound is valid for the command', () => {
  const bounds = rows.flatMap(({ load }) => load.slos)
  expect(bounds.length).toBeGreaterThan(0)
  for (const bound of bounds) expect(() => parseSlo(bound)).not.toThrow()
})

test('every kind of victim, fault and load is in the table', () => {
  const faults = rows.flatMap(({ steps }) => steps.map(({ fault }) => fault))
  const victims = new Set(faults.flatMap((fault) => ('victim' in fault ? [fault.victim] : [])))
  expect([...victims].sort()).toEqual(['main', 'nats', 'npm', 'redis', 'subscriber', 'worker'])
  expect(new Set(faults.map(({ kind }) => kind)).size).toBe(11)
  expect(new Set(rows.map(({ load }) => load.workload)).size).toBe(4)
})

// Servers that are killed under load are in CI by the profiles of bench/faults/.
test('the short form has rows of the system, the generator, the receivers, the disk and the clock', () => {
  const short = rows.filter(({ isShort }) => isShort)
  const hits = new Set(
    short.flatMap(({ steps }) =>
      steps.map(({ fault }) => ('victim' in fault ? fault.victim : fault.kind)),
    ),
  )
  expect([...hits]).toEqual(
    expect.arrayContaining(['redis', 'subscriber', 'worker', 'main', 'step clock']),
  )
  expect(short.some(({ stage }) => stage.output === '/dev/full')).toBe(true)
  expect(short.length).toBeLessThanOrEqual(16)
})
