import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InputError } from '../input-error.ts'
import {
  prometheusText,
  PROMETHEUS_CONTENT_TYPE,
  type MetricSource,
  type PrometheusText,
} from './prometheus-text.ts'

export interface MetricsServerOptions {
  /** 0 for any free port. */
  readonly port: number
  /** The address to listen on. Default `127.0.0.1`, which only this machine reaches. */
  readonly host?: string
  readonly metrics: MetricSource
  /** Why the process isn't ready to serve; empty if it is. Without it, there is no `/readyz`. */
  readonly notReady?: () => readonly string[]
  /** Is called when Prometheus has received the metrics. */
  readonly onScrape?: () => void
  /** What asks for the server, in errors, such as `--prometheus`. */
  readonly neededFor: string
}

const DEFAULT_HOST = '127.0.0.1'

/** Prometheus has one connection per server; probes of Kubernetes open one each. */
const MAX_CONNECTIONS = 64

/** How long requests may take to arrive, and metrics to be collected, in ms. Prometheus waits for 10 s by default. */
const PATIENCE_MS = 5_000

/**
 * Serves `GET /metrics` in Prometheus's text format, `/healthz`, and `/readyz`. Scrapes at the same time share one
 * collection. The server doesn't keep the process alive.
 */
export class MetricsServer {
  readonly #server: Server
  readonly #options: MetricsServerOptions
  readonly #text: PrometheusText
  /** The collection under way. */
  #collecting: Promise<string> | null = null
  #url = ''

  private constructor(options: MetricsServerOptions, text: PrometheusText) {
    this.#options = options
    this.#text = text
    const limits = { requestTimeout: PATIENCE_MS, headersTimeout: PATIENCE_MS }
    this.#server = createServer(limits, (request, response) => this.#answer(request, response))
    this.#server.maxConnections = MAX_CONNECTIONS
    this.#server.unref()
  }

  /** @throws InputError if the port is unavailable or the SDK is missing. */
  static async open(options: MetricsServerOptions): Promise<MetricsServer> {
    const { neededFor, port, host = DEFAULT_HOST } = options
    const opened = new MetricsServer(options, await prometheusText(neededFor))
    opened.#server.listen(port, host)
    try {
      await once(opened.#server, 'listening')
    } catch (error) {
      throw refusal(error, options)
    }
    opened.#server.on('error', () => {})
    const address = opened.#server.address() as AddressInfo
    const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
    opened.#url = `http://${name}:${address.port}`
    return opened
  }

  /** The address, without a path: `http://127.0.0.1:9464`. */
  get url(): string {
    return this.#url
  }

  /** Stops listening, and ends connections; answers under way are cut off. Idempotent. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  #answer({ method, url = '' }: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => {})
    response.setHeader('cache-control', 'no-store')
    response.setHeader('x-content-type-options', 'nosniff')
    const path = url.replace(/\?.*/s, '')
    const { notReady } = this.#options
    const paths = ['/metrics', '/healthz', ...(notReady === undefined ? [] : ['/readyz'])]
    if (!paths.includes(path)) return send(response, 404, `not found: try ${paths.join(', ')}`)
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return send(response, 405, 'only GET and HEAD')
    }
    if (path === '/metrics') return void this.#sendMetrics(response)
    const reasons = path === '/readyz' ? notReady?.() : undefined
    if (reasons === undefined) return send(response, 200, 'alive')
    if (reasons.length === 0) return send(response, 200, 'ready')
    send(response, 503, reasons.join('\n'))
  }

  async #sendMetrics(response: ServerResponse): Promise<void> {
    let text: string
    try {
      text = await (this.#collecting ??= this.#collect())
    } catch (error) {
      return send(response, 500, `metrics can't be collected: ${String(error)}`)
    }
    response.on('finish', () => this.#options.onScrape?.())
    response.writeHead(200, { 'content-type': PROMETHEUS_CONTENT_TYPE }).end(text)
  }

  async #collect(): Promise<string> {
    try {
      return this.#text(await this.#options.metrics.collect({ timeoutMillis: PATIENCE_MS }))
    } finally {
      this.#collecting = null
    }
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

function refusal(error: unknown, options: MetricsServerOptions): InputError {
  const { neededFor, port, host = DEFAULT_HOST } = options
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EADDRINUSE':
      return new InputError(
        `${neededFor}: port ${port} is taken. Use another port, or 0 for any free port.`,
      )
    case 'EACCES':
      return new InputError(
        `${neededFor}: this user may not listen on port ${port}. Use a port above 1023.`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new InputError(
        `${neededFor}: ${host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all addresses.`,
      )
    default:
      return new InputError(`${neededFor}: port ${port} on ${host} is unavailable: ${message}`)
  }
}
