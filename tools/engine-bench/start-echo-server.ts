import { fork } from 'node:child_process'
import { once } from 'node:events'

/** An echo server in its own process, on a port of 127.0.0.1. */
export interface RunningEchoServer {
  readonly port: number
  readonly stop: () => Promise<void>
}

/** @throws Error if the server can't be started. */
export async function startEchoServer(): Promise<RunningEchoServer> {
  const program = new URL('echo-server.ts', import.meta.url)
  const server = fork(program, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exit = once(server, 'exit')
  const port = await Promise.race([
    once(server, 'message').then(([address]: { port: number }[]) => address?.port),
    exit.then(() => undefined),
  ])
  if (port === undefined) throw new Error('The echo server ended before it could listen.')
  return {
    port,
    stop: async () => {
      server.disconnect()
      await exit
    },
  }
}
