import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Where commands run, one after the other. */
export interface Shell {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** Run before each command, such as `set -o pipefail`. */
  readonly prelude: string
  /** A file that keeps the variables of one command for the next; `null`: they are not kept. */
  readonly variables: string | null
  readonly timeoutMs: number
}

/** The outcome of a command. */
export interface Ran {
  /** Standard output and standard error. */
  readonly printed: string
  /** `null` if a signal ended it. */
  readonly exitCode: number | null
}

/**
 * Runs a command by bash, without a terminal or input. At the timeout, it is ended with everything it started.
 * @param until ends the command once it has printed this, with exit code 0: for commands that run until ended.
 */
export async function runCommand(
  command: string,
  { folder, env, prelude, variables, timeoutMs }: Shell,
  until?: RegExp,
): Promise<Ran> {
  const [load, save] =
    variables === null
      ? ['', '']
      : [`[ ! -e '${variables}' ] || . '${variables}'`, `export -p > '${variables}'`]
  // `set -a` exports what the command sets, so that it can be kept.
  const lines = ['exec 2>&1', load, prelude, 'set -a', command, 'status=$?', save, 'exit $status']
  const child = spawn('bash', ['-c', lines.join('\n')], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    } catch {
      // It has already ended.
    }
  }
  let printed = ''
  let isSeen = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    if (until === undefined || isSeen || !until.test(printed)) return
    isSeen = true
    end()
  })
  const timeout = setTimeout(() => {
    printed += `\nended after ${timeoutMs / 1_000} s\n`
    end()
  }, timeoutMs)
  const [exitCode] = (await once(child, 'close')) as [number | null]
  clearTimeout(timeout)
  return { printed, exitCode: isSeen ? 0 : exitCode }
}

/** The environment of a user: without the variables of this test run, and those that change what a command does. */
export function userEnvironment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const ofTests =
    /^(?:VITEST|BENCH_|npm_|REDIS_|NATS_|NODE_ENV|NODE_OPTIONS|TEST$|DEV$|PROD$|MODE$|SSR$|BASE_URL)/
  const inherited = Object.entries(process.env).filter(([name]) => !ofTests.test(name))
  return { ...Object.fromEntries(inherited), ...settings }
}
