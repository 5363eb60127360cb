import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** How a client logs in. */
export interface Login {
  readonly user?: string
  readonly pass?: string
}

/** A connection that sends frames as they are. */
export async function openRawNats(port: number, login: Login) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  let said = ''
  socket.on('data', (data) => {
    said += String(data)
  })
  await once(socket, 'data')
  const options = { verbose: false, pedantic: false, headers: true, no_responders: true, ...login }
  socket.write(`CONNECT ${JSON.stringify(options)}\r\n`)
  return {
    send: (frames: string): void => void socket.write(frames),
    /** Everything that the server said, once it has read all frames, or has closed the connection. */
    said: async (): Promise<string> => {
      const pongs = said.split('PONG').length
      socket.write('PING\r\n')
      while (!socket.destroyed && said.split('PONG').length === pongs) await delay(1)
      return socket.destroyed ? `${said}(closed)` : said
    },
    close: (): void => void socket.destroy(),
  }
}
