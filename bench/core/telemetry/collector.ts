import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A collector that takes everything and keeps nothing. */
export interface Collector {
  /** Its base URL. */
  readonly url: string
  readonly stop: () => void
}

/** Starts a collector on this machine. */
export async function startCollector(): Promise<Collector> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => response.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
