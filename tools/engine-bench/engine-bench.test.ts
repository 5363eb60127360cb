import { expect, onTestFinished, test } from 'vitest'
import { coresBetween } from '../../src/process/cpu-time.ts'
import { EchoClient } from './echo-client.ts'
import { renderEngineTable } from './engine-table.ts'
import { newTimeHistogram } from '../../src/load/recording/histogram.ts'
import { measureEngine, sumOfRounds, type EngineFigures } from './measure-engine.ts'
import { startEchoServer } from './start-echo-server.ts'

const lateness = newTimeHistogram()
lateness.recordValueWithCount(12, 980)
lateness.recordValueWithCount(250, 19)
lateness.recordValueWithCount(2_000, 1)

const figures: EngineFigures = {
  planned: 30_000,
  started: 30_000,
  ok: 30_000,
  achievedPerSecond: 9_997.4,
  lateness,
  largestBatch: 25,
  cores: 0.984,
}

test('every request is echoed', async () => {
  const { port, stop } = await startEchoServer()
  onTestFinished(() => stop())
  const client = await EchoClient.connect(port)
  onTestFinished(() => client.close())
  const order: number[] = []
  const all = Array.from({ length: 10_000 }, (_, i) => client.echo().then(() => order.push(i)))
  await Promise.all(all)
  expect(order).toEqual(all.map((_, i) => i))
})

test('closing the connection fails requests in flight and later ones', async () => {
  const { port, stop } = await startEchoServer()
  const client = await EchoClient.connect(port)
  const underWay = client.echo()
  const failure = expect(underWay).rejects.toThrow(/closed/)
  client.close()
  await failure
  await expect(client.echo()).rejects.toThrow(/closed/)
  await stop()
})

test.each([1, 2, 3])('%d generators send each request of a load once', async (generators) => {
  const { port, stop } = await startEchoServer()
  onTestFinished(() => stop())
  const load = { technique: 'timer', ratePerSecond: 1_000, durationMs: 200 } as const
  for (const target of [{ kind: 'nothing' }, { kind: 'echo', port }] as const) {
    const measured = await measureEngine({ ...load, target }, generators)
    expect(measured).toMatchObject({ planned: 200, started: 200, ok: 200 })
    // Of processes that the system measures in ticks of 10 ms, a short load may use none.
    expect(measured.cores).toBeGreaterThanOrEqual(0)
  }
})

test('the table has one row per load', () => {
  const [, row] = renderEngineTable([
    { technique: 'spin', generators: 2, ratePerSecond: 10_000, ...figures },
  ]).split('\n')
  expect(row?.trim().split(/ {2,}/)).toEqual([
    'spin',
    '2',
    '10,000',
    '9,997',
    'all',
    'all',
    '12.0 µs',
    '250 µs',
    '250 µs',
    '2.00 ms',
    '25',
    '98 %',
  ])
})

test('the table shows a single missing request', () => {
  const table = renderEngineTable([
    {
      technique: 'spin',
      generators: 2,
      ratePerSecond: 10_000,
      ...figures,
      ok: figures.planned - 1,
    },
  ])
  expect(table).toContain('99.996 %')
})

test('rounds add up: counts and times are sums, rate and cost are means', () => {
  const { planned, achievedPerSecond, cores, ...sum } = sumOfRounds([
    figures,
    { ...figures, cores: 0, largestBatch: 30 },
  ])
  expect({ planned, achievedPerSecond, cores }).toEqual({
    planned: 2 * figures.planned,
    achievedPerSecond: figures.achievedPerSecond,
    cores: figures.cores / 2,
  })
  expect(sum.lateness.totalCount).toBe(2 * lateness.totalCount)
  expect(sum.largestBatch).toBe(30)
})

test('CPU time covers all threads, from the first reading to the last', () => {
  const readings = [
    { atMs: 1_010, usedMs: 55 },
    { atMs: 1_000, usedMs: 50 },
    { atMs: 1_990, usedMs: 540 },
    { atMs: 2_000, usedMs: 550 },
  ]
  expect(coresBetween(readings)).toBe(0.5)
  expect(coresBetween([])).toBe(0)
})
