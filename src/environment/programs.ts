import { accessSync, constants } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { EnvironmentError } from './environment-error.ts'
import { freePort } from './free-port.ts'
import { GuardedFolder, type GuardedRun, type RunStart } from './guard.ts'

/** A local server on 127.0.0.1, which ends with the process that started it. */
export interface ServerProgram {
  readonly url: string
  readonly port: number
  /** The server's latest process. */
  readonly pid: number
  /** Its data; removed with it. */
  readonly folder: string
  /** Resolves when its latest process has ended; from then on the process id may be another's. */
  readonly ended: Promise<void>
  /**
   * Starts it again on its port and in its folder, after it has ended.
   * @param extraArgs in place of the earlier ones.
   * @throws {EnvironmentError} if it doesn't start.
   */
  readonly startAgain: (extraArgs?: readonly string[]) => Promise<void>
  /** Resolves when the server and its temporary folder are gone. Can be called again. */
  readonly stop: () => Promise<void>
}

export interface ProgramOptions {
  /** Default: a free port. */
  readonly port?: number
  /** Added at the end of the command line, e.g. `['--requirepass', 'x']`. */
  readonly extraArgs?: readonly string[]
  /** Files that it finds in its folder, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** Its own group id, by which a firewall tells its connections from others'; ignored unless root starts it. */
  readonly group?: number
}

/** In a server's folder. */
export const CONFIGURATION_FILE = 'server.conf'

const startTimeoutMs = 10_000
const portAttempts = 5
const portTaken = /address already in use/i

/**
 * Without persistence, unless the arguments say otherwise.
 * @throws {EnvironmentError} if `redis-server` is not installed or does not start.
 */
export async function startRedisProgram(options: ProgramOptions = {}): Promise<ServerProgram> {
  return startProgram({
    name: 'redis-server',
    scheme: 'redis',
    args: (port, folder) => [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
    ],
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
    args: (port, folder) => [
      '--port',
      `${port}`,
      '--addr',
      '127.0.0.1',
      '--jetstream',
      '--store_dir',
      folder,
      '--config',
      join(folder, CONFIGURATION_FILE),
    ],
    // A server that is drained waits this long for clients to leave by themselves; 10 s by default.
    files: { [CONFIGURATION_FILE]: 'lame_duck_grace_period: 1s\n' },
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

interface ServerCommand {
  readonly name: string
  readonly scheme: string
  readonly args: (port: number, folder: string) => readonly string[]
  readonly readyText: string
  readonly files?: Readonly<Record<string, string>>
  readonly options: ProgramOptions
}

async function startProgram(server: ServerCommand): Promise<ServerProgram> {
  const { name, scheme, options } = server
  const path = findProgram(name)
  if (path === undefined) {
    throw new EnvironmentError(`${name} is not on the PATH. Install it, or add its folder to PATH.`)
  }
  const folder = await GuardedFolder.open()
  try {
    const files = { ...server.files, ...options.files }
    for (const [file, content] of Object.entries(files)) {
      await writeFile(join(folder.path, file), content)
    }
    // Another process may take a free port first, hence the attempts.
    for (let attempt = 1; ; attempt += 1) {
      const port = options.port ?? (await freePort())
      const start = (extraArgs: readonly string[]) =>
        folder.start({
          ...inGroup(options.group, path, [...server.args(port, folder.path), ...extraArgs]),
          readyText: server.readyText,
          timeoutMs: startTimeoutMs,
        })
      const started = await start(options.extraArgs ?? [])
      const isTaken = started.state === 'failed' && portTaken.test(started.output)
      if (isTaken && options.port === undefined && attempt < portAttempts) continue
      const runOf = (begun: RunStart): GuardedRun => {
        if (begun.state === 'ready') return begun.run
        throw new EnvironmentError(
          `${path} did not start on 127.0.0.1:${port}. Its last output:\n${begun.output}`,
        )
      }
      let run = runOf(started)
      return {
        url: `${scheme}://127.0.0.1:${port}`,
        port,
        folder: folder.path,
        get pid() {
          return run.pid
        },
        get ended() {
          return run.ended
        },
        startAgain: async (extraArgs = options.extraArgs ?? []) => {
          run = runOf(await start(extraArgs))
        },
        stop: () => folder.remove(),
      }
    }
  } catch (error) {
    await folder.remove()
    throw error
  }
}

function inGroup(group: number | undefined, path: string, args: readonly string[]) {
  const setpriv = process.getuid?.() === 0 ? findProgram('setpriv') : undefined
  if (group === undefined || setpriv === undefined) return { path, args }
  return { path: setpriv, args: ['--regid', `${group}`, '--clear-groups', path, ...args] }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
