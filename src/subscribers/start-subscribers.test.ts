import { readdirSync, readFileSync } from 'node:fs'
import { inject, onTestFinished, test, expect, describe } from 'vitest'
import { nowMs } from '../load/clock.ts'
import { MemoryStore } from '../registry/memory/memory-store.ts'
import { connectNatsMessenger } from '../registry/nats/nats-messenger.ts'
import { MulticastRegistry } from '../registry/registry.ts'
import { stampPayload } from './stamp.ts'
import { startSubscribers } from './start-subscribers.ts'
import type { Subscribers } from './subscriber-host.ts'

/** Long enough for a busy machine to start a process, short enough to be waited for. */
const ANSWER_WITHIN_MS = 4_000

/** Receivers of two identities in a process of their own, and a message that both have received. */
async function started(): Promise<{ subscribers: Subscribers; pid: number }> {
  const backends = inject('backends')
  if (backends.kind === 'memory') throw new Error('needs a NATS server')
  const namespace = `start-subscribers-${process.pid}`
  const before = subscriberProcesses()
  const subscribers = await startSubscribers(backends.natsUrls, namespace, {
    answerWithinMs: ANSWER_WITHIN_MS,
  })
  onTestFinished(() => subscribers.close())
  const [pid] = subscriberProcesses().filter((one) => !before.includes(one))
  if (pid === undefined) throw new Error('no process was started')
  await subscribers.host(['a', 'b'])

  const messenger = await connectNatsMessenger({ servers: backends.natsUrls, namespace })
  const registry = new MulticastRegistry({ store: new MemoryStore(), messenger })
  onTestFinished(() => registry.close())
  const { gateway } = subscribers
  for (const identity of ['a', 'b']) await registry.register(identity, {}, { gateway })
  const { loadId } = subscribers
  const stamp = { loadId, number: 0, intendedAtMs: nowMs(), isWarmUp: false }
  await registry.multicast({}, stampPayload(stamp, Buffer.from('x')))
  subscribers.expect({ ...stamp, startedAtMs: stamp.intendedAtMs, recipients: 2, isSent: true })
  return { subscribers, pid }
}

/** Children of this process that host subscribers. */
function subscriberProcesses(): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const [, parent] =
          /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return Number(parent) === process.pid && command.includes('subscriber-process')
      } catch {
        return false
      }
    })
}

describe.skipIf(inject('backends').kind === 'memory' || process.platform !== 'linux')(
  'subscribers in a process of their own',
  () => {
    test('count received messages, and report the health of their process', async () => {
      const { subscribers } = await started()
      await expect.poll(() => subscribers.receiptsSoFar()).toEqual({ expected: 2, received: 2 })
      const deliveries = await subscribers.deliveries([])
      expect(deliveries).toMatchObject({ kind: 'counted', expected: 2, received: 2, missing: 0 })
      expect(deliveries).toMatchObject({
        receivers: {
          pauses: { count: expect.any(Number) },
          eventLoopDelay: { p99Ms: expect.any(Number) },
        },
      })
      // No load is traced here.
      expect(await subscribers.spans(['ab'.repeat(16)], true)).toEqual({ kind: 'unknown' })
    })

    test('make the deliveries unknown once killed, and no later call hangs', async () => {
      const { subscribers, pid } = await started()
      process.kill(pid, 'SIGKILL')
      const unknown = { kind: 'unknown', reason: "The subscribers' process ended (SIGKILL)." }
      await expect.poll(() => subscribers.deliveries([])).toEqual(unknown)
      await expect.poll(() => subscribers.receiptsSoFar()).toBeNull()
      await expect(subscribers.host(['c'])).rejects.toThrow('SIGKILL')
    })

    test('make the deliveries unknown if stopped permanently, and are killed', async () => {
      const { subscribers, pid } = await started()
      process.kill(pid, 'SIGSTOP')
      expect(await subscribers.deliveries([])).toMatchObject({
        kind: 'unknown',
        reason: expect.stringContaining('did not answer within'),
      })
      await subscribers.close()
      expect(subscriberProcesses()).not.toContain(pid)
    })

    test('report a temporary stop as a pause', async () => {
      const { subscribers, pid } = await started()
      process.kill(pid, 'SIGSTOP')
      setTimeout(() => process.kill(pid, 'SIGCONT'), 1_500)
      const deliveries = await subscribers.deliveries([])
      if (deliveries.kind === 'unknown') expect.fail(deliveries.reason)
      expect(deliveries.receivers?.pauses.maxMs).toBeGreaterThanOrEqual(1_400)
    })
  },
)
