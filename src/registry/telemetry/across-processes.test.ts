import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { context, SpanKind, trace } from '@opentelemetry/api'
import { afterAll, beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest'
import { connectRegistry, type ConnectOptions } from '../connect.ts'
import type { MulticastRegistry } from '../registry.ts'
import { type RecordedSpan, recordSpans } from './testing/recorded-spans.ts'

const backends = inject('backends')
const { tracer, spans, reset } = recordSpans()

beforeEach(({ skip }) => skip(backends.kind === 'memory', 'needs servers'))
afterAll(() => {
  trace.disable()
  context.disable()
})

test('a multicast to handlers in two other processes is one trace, in which a message without an answer has failed', async () => {
  const namespace = newNamespace()
  const sender = await open(namespace)
  const hosts = await Promise.all(['a', 'b'].map((identity) => startHost(namespace, identity)))
  const traceId = await traced(async () => {
    const { deliveredCount } = await sender.multicast({}, 'hello', { timeoutMs: 20_000 })
    expect(deliveredCount).toBe(2)
  })
  const sent = spans().filter(({ kind }) => kind === SpanKind.PRODUCER)
  expect(sent).toHaveLength(2)
  for (const host of hosts) {
    const [process, user] = await vi.waitFor(async () => {
      const all = await host.spans()
      const consumed = all.find(({ kind }) => kind === SpanKind.CONSUMER) ?? expect.fail('none')
      return [consumed, all.find(({ name }) => name === 'user code')]
    })
    expect(process.traceId).toBe(traceId)
    expect(sent.map(({ id }) => id)).toContain(process.parent)
    expect(process.links).toEqual([process.parent])
    expect([user?.traceId, user?.parent]).toEqual([traceId, process.id])
  }

  const [silent] = hosts
  silent?.signal('SIGSTOP')
  await traced(async () => {
    const { timeoutCount } = await sender.multicast({}, 'hello', { timeoutMs: 500 })
    expect(timeoutCount).toBeGreaterThan(0)
  })
  silent?.signal('SIGCONT')
  const unanswered = spans().filter(({ kind }) => kind === SpanKind.PRODUCER)
  expect(unanswered.map(({ attributes }) => attributes['error.type'])).toContain('TIMEOUT')
})

test('a stored message carries its trace, and each of its deliveries is a span', async () => {
  const namespace = newNamespace()
  const sender = await open(namespace, { durability: {} })
  const host = await open(namespace, { durability: { gatewayName: 'host' } })
  const traces: (string | undefined)[] = []
  await host.subscribe('a', async () => {
    traces.push(trace.getActiveSpan()?.spanContext().traceId)
    if (traces.length === 1) throw new Error('not yet')
  })
  await host.register('a', {})
  const traceId = await traced(async () => {
    const options = { delivery: 'exactly-once', timeoutMs: 20_000 } as const
    const { deliveredCount } = await sender.multicast({}, 'hello', options)
    expect(deliveredCount).toBe(1)
  })
  expect(traces).toEqual([traceId, traceId])
  const processed = await vi.waitFor(() => {
    const all = spans().filter(({ name }) => name === 'process stored message')
    expect(all).toHaveLength(2)
    return all
  })
  const [sent] = spans().filter(({ name }) => name === 'send stored message')
  expect(processed.map(({ parent, links }) => [parent, links])).toEqual([
    [sent?.id, [sent?.id]],
    [sent?.id, [sent?.id]],
  ])
  const redelivered = processed.map(
    ({ attributes }) => attributes['multicast_registry.redelivered'],
  )
  expect(redelivered).toEqual([undefined, true])
})

test("a watch's span ends with its first event", async () => {
  const registry = await open(newNamespace())
  await registry.register('a', {})
  reset()
  const stream = registry.watch()
  await stream.next()
  const watch = spans().find(({ name }) => name === 'registry.watch')
  const within = spans().filter(({ traceId }) => traceId === watch?.traceId)
  expect(within.map(({ name }) => name)).toContain('wait for replica')
  await stream.return?.()
})

async function traced(work: () => Promise<void>): Promise<string> {
  reset()
  return tracer.startActiveSpan('request', async (span) => {
    await work()
    span.end()
    return span.spanContext().traceId
  })
}

async function startHost(namespace: string, identity: string) {
  const { redisUrl, natsUrls } = servers()
  const program = new URL('testing/traced-host.ts', import.meta.url)
  const host = fork(program, [redisUrl, natsUrls.join(','), namespace, identity])
  onTestFinished(() => void host.kill())
  await once(host, 'message')
  const ask = async (): Promise<readonly RecordedSpan[]> => {
    const answer = once(host, 'message')
    host.send('spans')
    const [recorded] = await answer
    return recorded
  }
  return { spans: ask, signal: (signal: NodeJS.Signals) => void host.kill(signal) }
}

async function open(
  namespace: string,
  options: Partial<ConnectOptions> = {},
): Promise<MulticastRegistry> {
  const registry = await connectRegistry({ ...servers(), namespace, ...options })
  onTestFinished(async () => {
    await registry.clear().catch(() => {})
    await registry.close()
  })
  return registry
}

function servers() {
  if (backends.kind === 'memory') throw new Error('needs servers')
  const { redisUrl, natsUrls } = backends
  return { redisUrl, natsUrls }
}

function newNamespace(): string {
  return `spans-${randomUUID().slice(0, 8)}`
}
