import { setPriority } from 'node:os'
import { constant } from '../arrivals/constant.ts'
import { generateLoad } from '../generator.ts'
import { readSlo } from '../slo/slo.ts'
import { judgeMeasurement } from '../verdict/verdict.ts'

/**
 * A generator in a process of its own, for tests that take its CPU away. On any message it sends a
 * load that needs a twentieth of a core, at the lowest priority; it answers with the verdict.
 */
process.once('message', () => {
  setPriority(19)
  void generateLoad({
    arrivals: constant(500),
    durationMs: 500,
    operations: {
      work: async () => {
        const untilMs = performance.now() + 0.1
        while (performance.now() < untilMs);
      },
    },
  })
    .then((result) =>
      process.send?.(judgeMeasurement(result, readSlo({ response: { p95: '10ms' } }))),
    )
    .finally(() => process.disconnect())
})
process.send?.('ready')
