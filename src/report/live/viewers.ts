import type { ServerResponse } from 'node:http'

/** More browsers than this are turned away. */
const MAX_VIEWERS = 16

/** Browsers that follow a run, by server-sent events. None of them is waited for. */
export class Viewers {
  /** Each with whether it has seen everything up to the last message. */
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
   * @param change since the last message; `null`: none.
   * @param whole the same for those who missed a message, or have seen none.
   */
  tell(change: string | null, whole: () => string): void {
    for (const [response, viewer] of this.#viewers) {
      // Nothing waits in memory for a browser that is busy or gone but one message.
      if (response.writableLength > 0) {
        viewer.isUpToDate = false
        continue
      }
      const message = viewer.isUpToDate ? change : whole()
      if (message !== null) response.write(`data: ${message}\n\n`)
      viewer.isUpToDate = true
    }
  }

  /** The last message. */
  end(message: string): void {
    for (const response of this.#viewers.keys()) response.end(`data: ${message}\n\n`)
  }

  /** Drops all. */
  close(): void {
    for (const response of this.#viewers.keys()) response.destroy()
    this.#viewers.clear()
  }
}
