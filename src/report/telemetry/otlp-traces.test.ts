import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { otlpTarget } from './otlp-push.ts'
import { OtlpTraces } from './otlp-traces.ts'

const PART = '{"resource":{},"scopeSpans":[]}'

async function collector(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function sent(url: string): Promise<readonly string[]> {
  const warnings: string[] = []
  const traces = new OtlpTraces(otlpTarget(url, '/v1/traces'), (line) => warnings.push(line))
  traces.send([PART, PART])
  await traces.close()
  return warnings
}

test('traces arrive one after the other, with headers of the environment and credentials of the URL', async () => {
  const received: { path: string | undefined; headers: IncomingHttpHeaders; body: string }[] = []
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=a%20b, bad')
  onTestFinished(() => void vi.unstubAllEnvs())
  const url = await collector((request, response) => {
    const { url: path, headers } = request
    void text(request).then((body) => {
      received.push({ path, headers, body })
      response.end('{"partialSuccess":null}')
    })
  })
  expect(await sent(url)).toEqual([])
  expect(received).toHaveLength(2)
  expect(received[0]).toMatchObject({
    path: '/v1/traces',
    body: `{"resourceSpans":[${PART}]}`,
    headers: {
      'content-type': 'application/json',
      'x-tenant': 'a b',
      authorization: `Basic ${Buffer.from('user:secret').toString('base64')}`,
    },
  })
})

test.for<[string, RequestListener, RegExp]>([
  ['refuses', (_, response) => response.writeHead(500).end('no'), /HTTP 500/],
  [
    'rejects spans',
    (_, response) =>
      response.end('{"partialSuccess":{"rejectedSpans":"3","errorMessage":"full\\u001b[31m"}}'),
    /it rejected 3 spans: full\\u\{1b\}\[31m/,
  ],
  [
    'closes the connection',
    (request) => request.socket.destroy(),
    /ECONNRESET|other side closed|UND_ERR_SOCKET/,
  ],
  ['redirects', (_, response) => response.writeHead(302, { location: '/' }).end(), /./],
])('a collector that %s is named in one line, without credentials', async ([, answer, reason]) => {
  const warnings = await sent(await collector(answer))
  expect(warnings).toEqual([expect.stringMatching(/^--otlp: http:.*2 parts of the traces did not/)])
  expect(warnings[0]).toMatch(reason)
  expect(warnings[0]).not.toContain('secret')
})

test('an answer of another form is a success', async () => {
  expect(await sent(await collector((_, response) => response.end('<html>')))).toEqual([])
})
