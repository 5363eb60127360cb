import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { EnvironmentError } from './environment-error.ts'
import { freePort } from './free-port.ts'
import { startGuarded } from './guard.ts'

/** A local server on 127.0.0.1 without persistence, which ends with the process that started it. */
export interface ServerProgram {
  readonly url: string
  readonly port: number
  /** The server's own process. */
  readonly pid: number
  /** Resolves when the server and its temporary folder are gone. Can be called again. */
  readonly stop: () => Promise<void>
}

export interface ProgramOptions {
  /** Default: a free port. */
  readonly port?: number
  /** Added at the end of the command line, e.g. `['--requirepass', 'x']`. */
  readonly extraArgs?: readonly string[]
}

const startTimeoutMs = 10_000
const portAttempts = 5

/** @throws {EnvironmentError} if `redis-server` is not installed or does not start. */
export async function startRedisProgram(options: ProgramOptions = {}): Promise<ServerProgram> {
  return startProgram({
    name: 'redis-server',
    scheme: 'redis',
    args: (port) => [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ],
    folderFlag: '--dir',
    readyText: 'Ready to accept connections',
    options,
  })
}

/**
 * With JetStream, whose store is a temporary folder.
 *
 * @throws {EnvironmentError} if `nats-server` is not installed or does not start.
 */
export async function startNatsProgram(options: ProgramOptions = {}): Promise<ServerProgram> {
  return startProgram({
    name: 'nats-server',
    scheme: 'nats',
    args: (port) => ['--port', `${port}`, '--addr', '127.0.0.1', '--jetstream'],
    folderFlag: '--store_dir',
    readyText: 'Server is ready',
    options,
  })
}

/** The full path of an executable on the PATH, or in the system folders outside a user's PATH. */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  const folders = [...path.split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

/** Names the servers that are not installed, e.g. `redis-server is not on the PATH`. */
export function missingPrograms(): string | undefined {
  const missing = ['redis-server', 'nats-server'].filter((name) => findProgram(name) === undefined)
  if (missing.length === 0) return undefined
  return `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not on the PATH`
}

async function startProgram(server: {
  readonly name: string
  readonly scheme: string
  readonly args: (port: number) => readonly string[]
  readonly folderFlag: string
  readonly readyText: string
  readonly options: ProgramOptions
}): Promise<ServerProgram> {
  const { name, scheme, args, folderFlag, readyText, options } = server
  const path = findProgram(name)
  if (path === undefined) {
    throw new EnvironmentError(`${name} is not on the PATH. Install it, or add its folder to PATH.`)
  }
  for (let attempt = 1; ; attempt += 1) {
    // Another process may take the port first, hence the attempts.
    const port = options.port ?? (await freePort())
    const start = await startGuarded({
      path,
      args: [...args(port), ...(options.extraArgs ?? [])],
      folderFlag,
      readyText,
      timeoutMs: startTimeoutMs,
    })
    if (start.state === 'ready') {
      const { pid, stop } = start.program
      return { url: `${scheme}://127.0.0.1:${port}`, port, pid, stop }
    }
    const portTaken = /address already in use/i.test(start.output)
    if (!portTaken || options.port !== undefined || attempt === portAttempts) {
      throw new EnvironmentError(
        `${path} did not start on 127.0.0.1:${port}. Its last output:\n${start.output}`,
      )
    }
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
