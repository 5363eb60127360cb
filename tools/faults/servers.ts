import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { EnvironmentError } from '../../src/environment/environment-error.ts'
import { freePort } from '../../src/environment/free-port.ts'
import { startGuarded, type GuardedProgram } from '../../src/environment/guard.ts'
import { findProgram } from '../../src/environment/programs.ts'
import type { ServerName } from './faults.ts'
import { readProcess, signalProcess } from './processes.ts'

const START_TIMEOUT_MS = 20_000

const READY: Readonly<Record<ServerName, string>> = {
  redis: 'Ready to accept connections',
  nats: 'Server is ready',
}

/**
 * A Redis or NATS on 127.0.0.1 that can be killed and started again at its address, with or without its
 * data. It ends with this process.
 */
export class Server {
  readonly name: ServerName
  readonly port: number
  readonly #folder: string
  #program: GuardedProgram | null = null

  private constructor(name: ServerName, port: number, folder: string) {
    this.name = name
    this.port = port
    this.#folder = folder
  }

  /**
   * @param folder for its data; created here, removed by `remove`.
   * @throws EnvironmentError if the program is not installed or doesn't start.
   */
  static async start(name: ServerName, folder: string): Promise<Server> {
    const server = new Server(name, await freePort(), join(folder, name))
    await server.start()
    return server
  }

  /** @throws EnvironmentError */
  async start(): Promise<void> {
    const path = findProgram(`${this.name}-server`)
    if (path === undefined) throw new EnvironmentError(`${this.name}-server is not installed.`)
    mkdirSync(this.#folder, { recursive: true })
    // The guard adds a temporary folder, which `sh` takes as an argument of its own and ignores.
    const started = await startGuarded({
      path: '/bin/sh',
      args: ['-c', ['exec', path, ...this.#arguments()].map(quoted).join(' ')],
      folderFlag: 'unused',
      readyText: READY[this.name],
      timeoutMs: START_TIMEOUT_MS,
    })
    if (started.state === 'failed') {
      throw new EnvironmentError(
        `${path} did not start on port ${this.port}. Its last output:\n${started.output}`,
      )
    }
    this.#program = started.program
  }

  /** Kills the process, if it is running; resolves when it is gone. */
  async kill(): Promise<void> {
    const program = this.#program
    this.#program = null
    await program?.stop()
  }

  /** Suspends or resumes the process. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const running = this.#program && readProcess(this.#program.pid)
    if (running !== null) signalProcess(running, signal)
  }

  /** Kills it and starts it again. */
  async restart(downMs: number, keepsData: boolean): Promise<void> {
    await this.kill()
    if (!keepsData) rmSync(this.#folder, { recursive: true, force: true })
    await new Promise((resolve) => setTimeout(resolve, downMs))
    await this.start()
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #arguments(): readonly string[] {
    const { name, port } = this
    if (name === 'nats') return ['--port', `${port}`, '--addr', '127.0.0.1']
    // Every write is on the disk before it is answered, so a killed server's data is known.
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '']
    return ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', this.#folder, ...durable]
  }
}

function quoted(word: string): string {
  return word === 'exec' ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
