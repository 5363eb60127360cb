import type { ServerResponse } from 'node:http'

/** More browsers than this are turned away. */
const MAX_VIEWERS = 16

/** Browsers that follow a run, by server-sent events. None of them is waited for. */
export class Viewers {
  /** Each with whether it received every message. */
  readonly #viewers = new Map<ServerResponse, { isUpToDate: boolean }>()

  get count(): number {
    return this.#viewers.size
  }

  /** Takes a browser that has seen nothing; it gets everything with the next message. */
  add(response: ServerResponse): void {
    if (this.#viewers.size >= MAX_VIEWERS) {
      response.writeHead(503, { 'retry-after': '10' }).end()
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.flushHeaders()
    this.#viewers.set(response, { isUpToDate: false })
    response.on('close', () => this.#viewers.delete(response))
    response.on('error', () => this.#viewers.delete(response))
  }

  /**
   * @param change since the last message; `null` for none.
   * @param whole the whole state, for browsers that missed a message.
   */
  tell(change: string | null, whole: () => string): void {
    for (const [response, viewer] of this.#viewers) {
      // For a slow browser, at most one message waits in memory.
      if (response.writableLength > 0) {
        viewer.isUpToDate = false
        continue
      }
      const message = viewer.isUpToDate ? change : whole()
      if (message !== null) response.write(`data: ${message}\n\n`)
      viewer.isUpToDate = true
    }
  }

  /** Sends the last message, and disconnects. */
  end(message: string): void {
    for (const response of this.#viewers.keys()) response.end(`data: ${message}\n\n`)
  }

  /** Disconnects all, whatever they have received. */
  close(): void {
    for (const response of this.#viewers.keys()) response.destroy()
    this.#viewers.clear()
  }
}
