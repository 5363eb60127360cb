import { connect } from 'node:net'
import { openFrontServer } from './front-server.ts'

/** An address that leads to one server after another, as that of a service does. */
export interface SwitchedAddress {
  readonly url: string
  /** Leads to another server of this machine, and breaks all connections. */
  switchTo(port: number): void
  close(): Promise<void>
}

/** Opens an address that leads to a Redis server on a port of this machine. */
export async function openSwitchedAddress(firstPort: number): Promise<SwitchedAddress> {
  let leadsTo = firstPort
  const front = await openFrontServer((client) => {
    const redis = connect(leadsTo, '127.0.0.1')
    client.pipe(redis).pipe(client)
    return redis
  })
  return {
    url: front.url,
    switchTo: (port) => {
      leadsTo = port
      front.breakAll()
    },
    close: () => front.close(),
  }
}
