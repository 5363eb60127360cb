import { expect, test } from 'vitest'
import { COEFFICIENTS_FILE, readCoefficients } from '../coefficients.ts'
import { needOf } from '../cost-model.ts'
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
    name: '',
    amounts,
    measured: { 'nats.messagesIn': predicted / ratio },
  }))
  const figure = compare('small', 'nats.messagesIn', rounds, coefficients)
  expect(figure.judgement).toBe(judgement)
  expect(renderCheck([figure])).toContain(judgement)
})

test('what was not measured is not within', () => {
  const rounds = [{ name: '', amounts, measured: {} }]
  expect(compare('small', 'nats.messagesIn', rounds, coefficients).judgement).toBe('outside')
})
