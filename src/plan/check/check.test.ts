import { expect, test } from 'vitest'
import { COEFFICIENTS_FILE, readCoefficients } from '../coefficients.ts'
import { needOf } from '../cost-model.ts'
import { CPU_RESOURCES, slowdownOf } from '../reference.ts'
import { compare } from './check.ts'
import { renderCheck } from './render-check.ts'

const { coefficients } = readCoefficients(COEFFICIENTS_FILE)
const amounts = { gatewayMessages: 1_000 }
const predicted = needOf(coefficients, 'nats.messagesIn', amounts)

test.each([
  [[1, 1.2, 0.9], 'within'],
  [[1.2, 1.2, 9], 'within'],
  [[1.4, 1.5, 1.31], 'outside'],
  [[0.5, 0.6, 0.69], 'outside'],
  [[1.4, 1.5, 1.2], 'scattered'],
  [[0.5, 0.6, 0.8], 'scattered'],
] as const)('predictions that are %j of the measurements are %s', (ratios, judgement) => {
  const rounds = ratios.map((ratio) => ({
    slowdown: 3,
    measurement: { name: '', amounts, measured: { 'nats.messagesIn': predicted / ratio } },
  }))
  const figure = compare('small', 'nats.messagesIn', rounds, coefficients)
  expect(figure.judgement).toBe(judgement)
  expect(renderCheck([figure])).toContain(judgement)
})

test("predicts CPU time for this machine's current speed", () => {
  const cpuUs = needOf(coefficients, 'nats.cpuUs', amounts)
  const measured = { 'nats.cpuUs': 2 * cpuUs }
  const rounds = [{ slowdown: 2, measurement: { name: '', amounts, measured } }]
  expect(compare('small', 'nats.cpuUs', rounds, coefficients).ratio).toBeCloseTo(1)
})

test('the slowdown is 1 on the same machine, and k on one that takes k times as long', () => {
  const { reference } = readCoefficients(COEFFICIENTS_FILE)
  expect(slowdownOf(reference, reference)).toBeCloseTo(1)
  const slower = Object.fromEntries(CPU_RESOURCES.map((name) => [name, reference[name] * 1.7]))
  expect(slowdownOf({ ...reference, ...slower }, reference)).toBeCloseTo(1.7)
})

test('an unmeasured figure is not within the tolerance', () => {
  const rounds = [{ slowdown: 1, measurement: { name: '', amounts, measured: {} } }]
  expect(compare('small', 'nats.messagesIn', rounds, coefficients).judgement).toBe('outside')
})
