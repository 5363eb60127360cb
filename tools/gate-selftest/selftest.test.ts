import { expect, test } from 'vitest'
import { selftestCases, type SelftestCase } from './cases.ts'
import { renderSelftest } from './render-selftest.ts'
import { runSelftest } from './selftest.ts'
import { NO_FAULT, type Fault } from './synthetic-run.ts'
import { gateLatencies, gateSyntheticRuns } from './trial.ts'

/** What of a fault's gate came out as a regression. */
function regressionsOf(fault: Fault): readonly string[] {
  const versions = { baseline: NO_FAULT, candidate: fault }
  const { decided } = gateSyntheticRuns(versions, 0.05, { seed: 1, stream: 0 })
  return decided.comparisons
    .filter(({ verdict }) => verdict.kind === 'regression')
    .map(({ comparison: { operation, metric } }) => `${operation} ${metric.kind}`)
}

test('a version compared with itself has no regression', () => {
  expect(regressionsOf(NO_FAULT)).toEqual([])
})

test('finds the injected fault and no other', () => {
  expect(regressionsOf({ ...NO_FAULT, slowdown: 1.2 })).toContain('register latency')
  const errors = regressionsOf({ ...NO_FAULT, errorRatio: 1 / 200 })
  expect(errors).toEqual(['register errors', 'multicast errors'])
  // Of ten recipients, one of a hundred lost: a tenth of the messages never complete.
  const lost = regressionsOf({ ...NO_FAULT, lostRatio: 1 / 100 })
  expect(lost).toEqual(['multicast latency', 'multicast delivery'])
})

/**
 * A signed-rank test that knows nothing of the order found 99.7, 85 and 22 % of +10 %, and 100 and
 * 85 % of +20 % at 10 and 20 % noise, where the order has no effect; less these bounds, by the
 * standard error of 300 trials.
 */
test.each([
  [0.05, 1.1, 0.99],
  [0.1, 1.1, 0.82],
  [0.1, 1.2, 0.99],
  [0.2, 1.1, 0.17],
  [0.2, 1.2, 0.82],
])('at %d noise, a factor of %d keeps its detection rate', async (noise, factor, ratio) => {
  const [row] = await runSelftest([latencyCase(noise, factor)], { trials: 15, seed: 1 })
  expect(row?.trials).toBe(300)
  expect(row?.ratio).toBeGreaterThan(ratio)
})

function latencyCase(noise: number, factor: number): SelftestCase {
  return {
    target: 'one latency',
    name: `× ${factor}`,
    noise,
    bound: { kind: 'power', atLeast: 0.5 },
    repeats: 20,
    run: (seed) => gateLatencies({ count: 1, slowdown: factor, noise }, seed),
  }
}

test('a gate that never finds anything, or always alarms, breaks its bound', async () => {
  const blind = latencyCase(0.05, 1)
  const nervous: SelftestCase = {
    ...latencyCase(0.05, 1.2),
    bound: { kind: 'false alarms', atMost: 0.01 },
  }
  const rows = await runSelftest([blind, nervous, latencyCase(0.05, 1.2)], { trials: 1, seed: 1 })
  expect(rows.map(({ isMet }) => isMet)).toEqual([false, false, true])
  expect(renderSelftest(rows).match(/BROKEN/g)).toHaveLength(2)
})

test('rows are reproducible by their random seed', async () => {
  const cases = [latencyCase(0.2, 1.1)]
  const rows = await runSelftest(cases, { trials: 2, seed: 7 })
  expect(await runSelftest(cases, { trials: 2, seed: 7 })).toEqual(rows)
  expect(await runSelftest(cases, { trials: 2, seed: 8 })).not.toEqual(rows)
})

test('the short form has every kind of case', () => {
  const kinds = (isShort: boolean) =>
    new Set(selftestCases(isShort).map(({ target, name }) => `${target} ${name}`))
  expect(kinds(true)).toEqual(kinds(false))
  expect(selftestCases(true).length).toBeLessThan(selftestCases(false).length)
})
