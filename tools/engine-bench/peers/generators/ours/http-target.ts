import { Agent, get } from 'node:http'

/** What our engine's requests are sent to, by Node's own HTTP client. */
export interface HttpTarget {
  /** Does one GET: resolves when all of a 200 answer has been read. */
  readonly request: () => Promise<void>
  readonly close: () => void
}

/**
 * Node's `http`, with connections that are kept. Of the two clients that Node has, it costs half a
 * request's CPU time of what `fetch` does.
 */
export function httpTarget(url: string): HttpTarget {
  const { hostname, port, pathname } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxFreeSockets: Infinity })
  // A URL would be parsed again for each request.
  const options = { agent, host: hostname, port, path: pathname }
  return {
    request: () =>
      new Promise((resolve, reject) => {
        const request = get(options, (response) => {
          if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`))
          response.on('end', resolve).on('error', reject).resume()
        })
        request.on('error', reject)
      }),
    close: () => agent.destroy(),
  }
}
