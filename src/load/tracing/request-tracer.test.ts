import { expect, test } from 'vitest'
import { constant } from '../arrivals/constant.ts'
import { generateLoad } from '../generator.ts'
import type { RequestToTrace, RequestTracer } from './request-tracer.ts'

test('every measured request runs within its trace, which learns how it ended; the warm-up has none', async () => {
  const started: RequestToTrace[] = []
  const ended: unknown[] = []
  let ran = 0
  const tracer: RequestTracer = {
    start(request) {
      started.push(request)
      return {
        run(operation) {
          ran += 1
          return operation()
        },
        end: (ending, now, error) => ended.push([ending, now >= request.startedAtMs, error]),
      }
    },
    finish: async () => ({
      counts: { kept: 0, errors: 0, slow: 0, sampled: 0, lost: 0, lostSpans: 0 },
      slowest: new Map(),
    }),
  }
  const failure = new Error('no')
  const result = await generateLoad({
    operations: {
      a: ({ number }) => (number % 2 === 0 ? Promise.resolve() : Promise.reject(failure)),
    },
    arrivals: constant(100),
    warmUpMs: 100,
    durationMs: 200,
    tracer,
  })
  const counts = result.operations.get('a')?.counts
  expect(started).toHaveLength(counts?.started ?? -1)
  expect(ran).toBe(started.length)
  expect(ended.filter((end) => String(end) === 'ok,true,')).toHaveLength(counts?.ok ?? -1)
  expect(ended.filter((end) => String(end) === 'failed,true,Error: no')).toHaveLength(
    counts?.failed ?? -1,
  )
  expect(started.every(({ operation }) => operation === 'a')).toBe(true)
})
