import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runOf, scenarioOf } from '../../run-file/testing/run-fixture.ts'
import type { Chart } from '../html/chart.ts'
import { LiveServer } from './live-server.ts'
import type { RunEvent } from './run-event.ts'
import {
  interval,
  LOAD_STARTED,
  progress,
  RUNNING,
  SCENARIO_STARTED,
} from './testing/run-events.ts'

const RUN = runOf([], { status: 'running', finishedAt: null })
const STARTED: RunEvent = { event: 'run-started', run: RUN, scenarios: 2, microFiles: 0 }
const ENDED: RunEvent = {
  event: 'run-ended',
  run: runOf([scenarioOf('buy')]),
  exitCode: 0,
  paths: null,
}

interface Message {
  readonly parts?: Readonly<Record<string, string>>
  readonly charts?: readonly Chart[]
  readonly ended?: string
}

let server: LiveServer
beforeEach(async () => {
  server = await LiveServer.open(0, 20)
})
afterEach(() => server.close())

function tell(...events: readonly RunEvent[]): void {
  for (const event of events) server.listener(event)
}

/** As a browser that looks at the page's events. */
async function follow(): Promise<{
  readonly response: IncomingMessage
  next(): Promise<Message>
}> {
  const sent = request(new URL('events', server.url), { agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  const lines = createInterface({ input: response })[Symbol.asyncIterator]()
  return {
    response,
    async next() {
      for (;;) {
        const { value, done } = await lines.next()
        if (done === true) throw new Error('the events have ended')
        if (value !== '') return JSON.parse(value.replace(/^data: /, '')) as Message
      }
    },
  }
}

async function statusOf(
  url: URL | string,
  options: Parameters<typeof request>[1] = {},
): Promise<number | undefined> {
  const sent = request(url, { agent: false, ...options })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

describe('a live page', () => {
  test('is the page of reports, which may read its own events and nothing else', async () => {
    const response = await fetch(server.url)
    const text = await response.text()
    expect(text).toMatch(/<body data-events="\/[\w-]{22}\/events">/)
    expect(text).toContain("default-src 'none'")
    expect(text).toContain("connect-src 'self'")
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  })

  test('shows the load that is under way, second by second', async () => {
    tell(STARTED, SCENARIO_STARTED, LOAD_STARTED)
    const viewer = await follow()
    const first = await viewer.next()
    expect(first.parts?.['live-head']).toContain('Scenario 1 of 2')
    expect(first.parts?.['live-running']).toContain('constant 100/s')
    tell(progress(2, [interval(0), interval(1)]))
    const second = await viewer.next()
    const latency = second.charts?.find(({ id }) => id.endsWith('-latency'))
    expect(latency).toMatchObject({
      kind: 'lines',
      xs: [0, 1],
      bounds: [{ at: 10, label: 'P95 < 10 ms' }],
    })
    tell(progress(3, [interval(2)]))
    const third = await viewer.next()
    expect(third.charts?.find(({ id }) => id === latency?.id)).toMatchObject({ xs: [0, 1, 2] })
    // What has ended stays as it is.
    expect(Object.keys(third.parts ?? {})).not.toContain('live-ended')
  })

  test('becomes the report, which is served until those who look have it', async () => {
    tell(STARTED, SCENARIO_STARTED, progress(1, [interval(0)]))
    const viewer = await follow()
    await viewer.next()
    tell({ event: 'scenario-ended', scenario: RUNNING, entries: [scenarioOf('buy')] })
    expect((await viewer.next()).parts?.['live-ended']).toContain('id="scenario-1"')
    tell(ENDED)
    const closed = server.close()
    const { ended = '' } = await viewer.next()
    const report = await (await fetch(new URL(ended, server.url))).text()
    expect(report).toContain('No SLO was judged. Measurement valid.')
    expect(report).not.toContain('data-events')
    await closed
    await expect(fetch(server.url)).rejects.toThrow('fetch failed')
  })

  test('ends without a report if the run never began', async () => {
    const viewer = await follow()
    await viewer.next()
    const closed = server.close()
    expect(await viewer.next()).toEqual({ ended: '' })
    await closed
  })

  test('shows names as names, and no secret of an address', async () => {
    const name = '<img src=x onerror=alert(1)> redis://u:secret@host'
    const scenario = { ...RUNNING, name, file: name }
    tell(STARTED, { ...SCENARIO_STARTED, scenario } as RunEvent)
    tell({ ...progress(1, [interval(0, { operation: name })]), scenario } as RunEvent)
    const message = await (await follow()).next()
    const markup = Object.values(message.parts ?? {}).join('')
    expect(markup).not.toContain('<img')
    expect(markup).toContain('&lt;img')
    expect(JSON.stringify(message)).not.toContain('secret')
  })
})

describe('is kept from others:', () => {
  test('an address without the secret part', async () => {
    expect(await statusOf(new URL('/', server.url))).toBe(404)
    expect(await statusOf(new URL('/events', server.url))).toBe(404)
  })

  test.each(['evil.example', '127.0.0.1.evil.example:80', '[::1]'])(
    'a host named %j',
    async (host) => {
      expect(await statusOf(server.url, { headers: { host } })).toBe(403)
    },
  )

  test('any method but GET', async () => {
    expect(await statusOf(server.url, { method: 'POST' })).toBe(405)
  })
})

describe('browsers don’t hold up a run:', () => {
  test('the 17th is turned away', async () => {
    const events = new URL('events', server.url)
    const viewers = await Promise.all(Array.from({ length: 16 }, follow))
    expect(await statusOf(events)).toBe(503)
    viewers[0]?.response.destroy()
    await viewers[1]?.next()
    await new Promise(setImmediate)
    expect((await follow()).response.statusCode).toBe(200)
  })

  test('one that does not fetch the report is waited for no longer than 2 s', async () => {
    tell(STARTED)
    const viewer = await follow()
    await viewer.next()
    tell(ENDED)
    await server.close()
    expect((await viewer.next()).ended).toMatch(/\/report$/)
  })

  test('a port that is taken is refused before anything is measured', async () => {
    const { port } = new URL(server.url)
    await expect(LiveServer.open(Number(port))).rejects.toThrow(
      `--live: port ${port} is taken. Use another port`,
    )
  })
})
