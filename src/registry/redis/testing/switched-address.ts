import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

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
  const sockets = new Set<Socket>()
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((client) => {
    const redis = connect(leadsTo, '127.0.0.1')
    client.pipe(redis).pipe(client)
    for (const [socket, other] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        other.destroy()
        sockets.delete(socket)
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    switchTo: (port) => {
      leadsTo = port
      breakAll()
    },
    close: async () => {
      breakAll()
      server.close()
      await once(server, 'close')
    },
  }
}
