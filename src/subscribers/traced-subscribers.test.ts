import { setTimeout as sleep } from 'node:timers/promises'
import { randomUUID } from 'node:crypto'
import { trace } from '@opentelemetry/api'
import { beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest'
import { nowMs } from '../load/clock.ts'
import { connectRegistry } from '../registry/connect.ts'
import { newSpanAnchor, unixNanos } from '../traces/span-clock.ts'
import { SpanRing } from '../traces/span-ring.ts'
import { OPERATION, startTracing } from '../traces/start-tracing.ts'
import { Gateway } from './gateway.ts'
import { openSubscribers } from './open-subscribers.ts'
import { startSubscribers } from './start-subscribers.ts'
import type { Subscribers } from './subscriber-host.ts'
import { setTracedFrom } from './traced-from.ts'

const backends = inject('backends')
const anchorMs = newSpanAnchor()

beforeEach(({ skip }) => skip(backends.kind === 'memory', 'needs servers'))

test('the spans of handlers in two other processes are known, on the clock of the sender, until one is killed', async () => {
  const own = new SpanRing(anchorMs, String)
  onTestFinished(await startTracing(own))
  const { gateway, subscribers, multicast } = await started()
  expect(new Set(openSubscribers())).toEqual(new Set([subscribers, gateway]))

  const { traceId, fromNs, toNs } = await multicast()
  const sent = own.take([traceId]).spans.filter(({ span }) => span.name.startsWith('send'))
  expect(sent).toHaveLength(2)
  for (const receivers of [subscribers, gateway]) {
    const { spans, ...others } = await spansOf(receivers, traceId)
    expect(others).toEqual({
      kind: 'known',
      process: { name: 'subscribers', pid: receivers.pid },
      pauses: expect.any(Array),
      lostSpans: 0,
    })
    expect(spans.map(({ scope, span }) => [scope, span.name, span.traceId])).toEqual([
      ['prism-loadtest', 'process gateway message', traceId],
    ])
    const [{ span } = expect.fail('no span')] = spans
    expect(sent.map((one) => one.span.spanId)).toContain(span.parentSpanId)
    expect(span.startTimeUnixNano >= fromNs).toBe(true)
    // It ends after its receipt was sent, so its sender may be the first to go on.
    expect(span.startTimeUnixNano <= toNs).toBe(true)
  }

  await gateway.pause()
  await sleep(100)
  await gateway.resume()
  const paused = await gateway.spans([], true)
  const pauses = paused.kind === 'known' ? paused.pauses : []
  expect(Math.max(...pauses.map((pause) => pause.untilMs - pause.fromMs))).toBeGreaterThan(90)

  await gateway.kill()
  expect(await gateway.spans([traceId], true)).toEqual({ kind: 'unknown' })
  await gateway.restart()
  const after = await multicast()
  expect((await spansOf(gateway, after.traceId)).spans).toHaveLength(1)
  process.kill(subscribers.pid, 'SIGKILL')
  await expect.poll(() => subscribers.spans([after.traceId], true)).toEqual({ kind: 'unknown' })

  await Promise.all([subscribers.close(), gateway.close()])
  expect(openSubscribers()).toEqual([])
})

/** A registry and two processes of receivers, each of one identity. */
async function started() {
  if (backends.kind === 'memory') throw new Error('needs servers')
  const { redisUrl, natsUrls } = backends
  const namespace = `{traced-${randomUUID().slice(0, 8)}}`
  setTracedFrom(anchorMs)
  onTestFinished(() => setTracedFrom(null))
  const [subscribers, gateway, registry] = await Promise.all([
    startSubscribers(natsUrls, namespace),
    Gateway.start(natsUrls, namespace),
    connectRegistry({ redisUrl, natsUrls, namespace, durability: {} }),
  ])
  onTestFinished(() => subscribers.close())
  onTestFinished(() => gateway.close())
  onTestFinished(async () => {
    await registry.clear().catch(() => {})
    await registry.close()
  })
  for (const [identity, host] of Object.entries({ a: subscribers, b: gateway })) {
    await host.host([identity])
    await registry.register(identity, {}, { gateway: host.gateway })
  }
  /** The trace of a multicast to both, and when it ran. */
  const multicast = () => {
    const attributes = { [OPERATION]: 'multicast' }
    return trace.getTracer('test').startActiveSpan('request', { attributes }, async (request) => {
      const fromNs = unixNanos(anchorMs, nowMs())
      const { deliveredCount } = await registry.multicast({}, 'hello', { timeoutMs: 20_000 })
      const toNs = unixNanos(anchorMs, nowMs())
      request.end()
      expect(deliveredCount).toBe(2)
      return { traceId: request.spanContext().traceId, fromNs, toNs }
    })
  }
  return { gateway, subscribers, multicast }
}

function spansOf(receivers: Subscribers, traceId: string) {
  const ask = async () => {
    const answer = await receivers.spans([traceId], false)
    if (answer.kind === 'unknown' || answer.spans.length === 0) expect.fail('not yet')
    return answer
  }
  return vi.waitFor(ask, { timeout: 10_000 })
}
