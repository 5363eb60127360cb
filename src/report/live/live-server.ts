import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InputError } from '../../input-error.ts'
import { redactedRun } from '../../run-file/printable-run.ts'
import { livePage, LivePageView } from '../html/live/live-page.ts'
import { readPageAssets, type PageAssets } from '../html/page-assets.ts'
import { renderPage } from '../html/page.ts'
import { runPage } from '../html/run/run-page.ts'
import { FollowedRun } from './followed-run.ts'
import { LiveUpdates } from './live-updates.ts'
import type { RunEvent, RunListener } from './run-event.ts'
import { Viewers } from './viewers.ts'

const HOST = '127.0.0.1'

const EVERY_MS = 1_000

/** Rendering takes at most this part of a core. */
const MAX_BUSY = 0.05

/** How long browsers have to fetch the report once the run has ended, in ms. */
const PATIENCE_MS = 2_000

/** Browsers of other users of this machine, and pages of other sites, can't guess the address. */
const SECRET_BYTES = 16

/**
 * Serves a run's page while the run goes on, to browsers on this machine. Nothing is rendered while no browser
 * is connected. When the run ends, the page becomes the report, and the server stops.
 */
export class LiveServer {
  readonly #server: Server
  readonly #assets: PageAssets
  readonly #everyMs: number
  readonly #base = `/${randomBytes(SECRET_BYTES).toString('base64url')}/`
  #url = ''
  readonly #viewers = new Viewers()
  readonly #run = new FollowedRun()
  readonly #view = new LivePageView(this.#run)
  readonly #updates = new LiveUpdates()
  #timer: NodeJS.Timeout | null = null
  /** Browsers that have yet to fetch the report. */
  #awaited = 0
  #onFetched: () => void = () => {}

  private constructor(assets: PageAssets, everyMs: number) {
    this.#assets = assets
    this.#everyMs = everyMs
    this.#server = createServer((request, response) => this.#answer(request, response))
    this.#server.maxConnections = 64
    this.#server.unref()
  }

  /**
   * @param port 0 for any free port.
   * @param everyMs how often the page changes, unless rendering takes long.
   * @throws InputError if the port is unavailable.
   */
  static async open(port: number, everyMs = EVERY_MS): Promise<LiveServer> {
    const live = new LiveServer(await readPageAssets(), everyMs)
    live.#server.listen(port, HOST)
    try {
      await once(live.#server, 'listening')
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const reason = code === 'EADDRINUSE' ? `port ${port} is taken` : message
      throw new InputError(`--live: ${reason}. Use another port, or no number for any free port.`)
    }
    live.#server.on('error', () => {})
    const address = live.#server.address() as AddressInfo
    live.#url = `http://${HOST}:${address.port}${live.#base}`
    return live
  }

  /** The address of the page. */
  get url(): string {
    return this.#url
  }

  readonly listener: RunListener = (event: RunEvent) => {
    this.#run.listener(event)
  }

  /** Serves the report to connected browsers, and stops. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#viewers.count > 0) await this.#sendReport()
    this.#viewers.close()
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #sendReport(): Promise<void> {
    this.#awaited = this.#viewers.count
    const fetched = new Promise<void>((resolve) => {
      this.#onFetched = resolve
    })
    const isShown = this.#run.run !== null
    this.#viewers.end(JSON.stringify({ ended: isShown ? `${this.#base}report` : '' }))
    if (!isShown) return
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS)
    })
    await Promise.race([fetched, patience])
    clearTimeout(timer)
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => {})
    try {
      this.#answerOf(request, response)
    } catch (error) {
      this.#fail(error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    }
  }

  #answerOf(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
    const { method, url } = request
    if (!isLoopback(request.headers.host)) return void response.writeHead(403).end()
    if (method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end()
    switch (url) {
      case this.#base:
        return sendPage(response, renderPage(livePage(`${this.#base}events`), this.#assets))
      case `${this.#base}events`:
        return this.#follow(response)
      case `${this.#base}report`:
        return this.#report(response)
      case '/favicon.ico':
        return void response.writeHead(204).end()
      default:
        return void response.writeHead(404).end()
    }
  }

  #follow(response: ServerResponse): void {
    this.#viewers.add(response)
    if (this.#timer === null) this.#update()
    else this.#viewers.tell(null, () => this.#updates.whole())
  }

  /** Renders while a browser is connected, within `MAX_BUSY`. */
  #update(): void {
    this.#timer = null
    if (this.#viewers.count === 0) return
    const startedMs = performance.now()
    try {
      this.#tell()
    } catch (error) {
      return this.#fail(error)
    }
    const tookMs = performance.now() - startedMs
    const pauseMs = Math.max(this.#everyMs - tookMs, tookMs / MAX_BUSY)
    this.#timer = setTimeout(() => this.#update(), pauseMs)
    this.#timer.unref()
  }

  #tell(): void {
    const change = this.#updates.next(this.#view.view())
    let whole: string | null = null
    this.#viewers.tell(change, () => (whole ??= this.#updates.whole()))
  }

  /** The measurement goes on without a page. */
  #fail(error: unknown): void {
    process.stderr.write(`--live: the page can't be shown: ${String(error)}\n`)
    this.#viewers.end(JSON.stringify({ ended: '' }))
  }

  #report(response: ServerResponse): void {
    const { run } = this.#run
    if (run === null) return void response.writeHead(404).end()
    response.on('finish', () => {
      this.#awaited -= 1
      if (this.#awaited <= 0) this.#onFetched()
    })
    sendPage(response, renderPage(runPage(redactedRun(run)), this.#assets))
  }
}

/** The address holds a secret, and no other page may show or read this one. */
const HEADERS = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}

function sendPage(response: ServerResponse, page: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
}

/** Whether a request is for this machine by name: other names may be a site's, pointed here by DNS rebinding. */
function isLoopback(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host ?? '')
}
