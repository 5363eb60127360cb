import { expect, test } from 'vitest'
import { loadResult } from '../../load/testing/result-fixture.ts'
import { serializeLoadResult } from '../../run-file/json/load-result-json.ts'
import { renderOperations } from './operations.ts'

test('shows the counts of an operation, and a line per time', () => {
  const register = { responseMs: [1.5], serviceMs: [1], latenessMs: [0.5] }
  const failing = { responseMs: [], latenessMs: [0.5], counts: { ok: 0, failed: 1_000 } }
  const table = renderOperations(serializeLoadResult(loadResult({ register, failing })))
  expect(`\n${table}\n`).toMatchInlineSnapshot(`
    "
      operation  count     ok  errors  achieved  time           P50       P95       P99     P99.9      max
      register   1,000  1,000       0     100/s  response  ~1.50 ms  ~1.50 ms  ~1.50 ms  ~1.50 ms  1.50 ms
                                                 service   ~1.00 ms  ~1.00 ms  ~1.00 ms  ~1.00 ms  1.00 ms
                                                 lateness   ~500 µs   ~500 µs   ~500 µs   ~500 µs   500 µs
      failing    1,000      0   1,000     100/s  response         –         –         –         –        –
                                                 service          –         –         –         –        –
                                                 lateness   ~500 µs   ~500 µs   ~500 µs   ~500 µs   500 µs
    "
  `)
})

test('in a narrow terminal, an operation has its counts below its name', () => {
  const slow = { responseMs: [123], counts: { planned: 100_000, started: 100_000, ok: 99_999 } }
  const one = { responseMs: [1], counts: { planned: 1, started: 1, ok: 0, failed: 1 } }
  const table = renderOperations(serializeLoadResult(loadResult({ enumerate: slow, one })), 80)
  expect(`\n${table}\n`).toMatchInlineSnapshot(`
    "
      operation                     time           P50       P95       P99      max
      enumerate                     response   ~123 ms   ~123 ms   ~123 ms   123 ms
        100,000 requests, 10,000/s  service    ~123 ms   ~123 ms   ~123 ms   123 ms
        1 error                     lateness     ~0 ms     ~0 ms     ~0 ms     0 ms
      one                           response  ~1.00 ms  ~1.00 ms  ~1.00 ms  1.00 ms
        1 request, 0.1/s            service   ~1.00 ms  ~1.00 ms  ~1.00 ms  1.00 ms
        1 error                     lateness     ~0 ms     ~0 ms     ~0 ms     0 ms
      left out to fit 80 columns: P99.9
    "
  `)
})
