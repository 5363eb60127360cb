import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { scenarioOf } from '../../run-file/testing/run-fixture.ts'
import { renderSlowest } from './slowest.ts'

const { result } = scenarioOf('multicast')
const request = {
  traceId: 'ab'.repeat(16),
  number: 7,
  ending: 'ok',
  dueMs: 5,
  responseMs: 40,
  parts: [
    { name: 'redis', ms: 32 },
    { name: 'nats', ms: 8 },
  ],
  areHandlersKnown: true,
} as const

test('shows the three slowest requests with their parts, and the largest part of all', () => {
  const slowest = Array.from({ length: 5 }, () => request)
  const operations = result.operations.map((operation) => ({ ...operation, slowest }))
  const text = stripVTControlCharacters(renderSlowest({ ...result, operations }, 120) ?? '')
  expect(text.match(/40\.0 ms +redis 32\.0 ms · nats 8\.00 ms +(ab){16}/g)).toHaveLength(3)
  expect(text).toContain('The 5 slowest spent 80 % of their time waiting for Redis.')
})

test('says nothing of requests that were not traced', () => {
  const operations = result.operations.map((operation) => ({ ...operation, slowest: undefined }))
  expect(renderSlowest({ ...result, operations })).toBeNull()
})
