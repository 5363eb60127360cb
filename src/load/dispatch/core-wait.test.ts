import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { CoreWaitWatch, coreWaitMs } from './core-wait.ts'

test.skipIf(process.platform !== 'linux')(
  'a thread that shares its core waits for it (Linux only)',
  async () => {
    const spinning = Array.from(
      { length: availableParallelism() },
      () => new Worker('for (;;);', { eval: true }),
    )
    onTestFinished(async () => {
      await Promise.all(spinning.map((worker) => worker.terminate()))
    })
    const watch = new CoreWaitWatch()
    await expect
      .poll(() => {
        for (let step = 0; step < 1e6; step++);
        return watch.read()
      })
      .toBeGreaterThan(1)
    watch.reset()
    const all = coreWaitMs() ?? 0
    expect(watch.read()).toBeLessThan(all)
  },
)

test('counts waits for a core on Linux, and reports null elsewhere', () => {
  expect(typeof coreWaitMs()).toBe(process.platform === 'linux' ? 'number' : 'object')
})
