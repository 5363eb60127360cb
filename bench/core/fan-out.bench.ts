import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { registerAll, test } from '../../src/core-bench/core-test.ts'
import { formatMs } from '../../src/load/duration.ts'
import { loadTestIdentity, loadTestMetadata } from '../workloads/register.ts'

const TARGETS = 100_000

// One multicast to very many must not hold up what else the process does: how long the event loop
// keeps a timer waiting meanwhile, beside what it does when the process is idle.
test('multicast: to 100,000, while other work goes on', async ({
  servers,
  registry,
  subscribers,
  annotate,
  bench,
}) => {
  expect(servers.natsUrls).not.toEqual([])
  const identities = Array.from({ length: TARGETS }, (_, n) => loadTestIdentity(n))
  await subscribers.host(identities)
  await registerAll(registry, TARGETS, (n) => ({
    identity: loadTestIdentity(n),
    metadata: loadTestMetadata(n),
    gateway: subscribers.gateway,
  }))
  // The first multicast loads the replica; that is not the fan-out's.
  await registry.enumerate({}, { limit: 1 })

  const seen = [`idle: event-loop delay ${await delayDuring(() => sleep(1_000))}`]
  const fanOut = bench(`to ${TARGETS}, receipts included`, async () => {
    const beforeBytes = process.memoryUsage.rss()
    let deliveredCount = 0
    const delay = await delayDuring(async () => {
      const result = await registry.multicast({}, 'to very many', { timeoutMs: 30_000 })
      deliveredCount = result.deliveredCount
    })
    const grownMiB = (process.memoryUsage.rss() - beforeBytes) / 2 ** 20
    expect(deliveredCount).toBe(TARGETS)
    seen.push(`fan-out: event-loop delay ${delay}, memory grew by ${grownMiB.toFixed(0)} MiB`)
  })
  await fanOut.run({ iterations: 5, time: 0, warmup: false })
  await annotate(seen.join('\n'))
})

/** How much longer than 1 ms a timer of 1 ms takes while the work goes on. */
async function delayDuring(work: () => Promise<unknown>): Promise<string> {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  await work()
  histogram.disable()
  const delay = (ns: number): string => formatMs(Math.max(ns / 1e6 - 1, 0))
  return `P99 ${delay(histogram.percentile(99))}, max ${delay(histogram.max)}`
}
