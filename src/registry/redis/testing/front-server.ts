import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'

/** A port of this machine in front of Redis. */
export interface FrontServer {
  readonly url: string
  /** Breaks all connections; new ones are taken. */
  breakAll(): void
  close(): Promise<void>
}

/**
 * Opens a port in front of Redis. A connection ends with the one that it leads to, and the other way round.
 * @param lead connects a client's connection to Redis, and returns that connection.
 */
export async function openFrontServer(lead: (client: Socket) => Socket): Promise<FrontServer> {
  const sockets = new Set<Socket>()
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((client) => {
    const redis = lead(client)
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
    breakAll,
    close: async () => {
      breakAll()
      server.close()
      await once(server, 'close')
    },
  }
}
