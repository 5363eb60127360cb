import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { asTested, type Servers } from './as-tested.ts'
import type { Command, Script } from './commands.ts'

/** What became of a command. */
export interface CommandRun {
  readonly command: Command
  /** `null` if an earlier command ended the shell. */
  readonly exitCode: number | null
  /** Of standard output and standard error. */
  readonly printed: string
}

/** Where commands of a page run, one script after another. */
export interface Shell {
  readonly folder: string
  readonly servers: Servers
  /** Holds the variables that were exported, for the next script of the page. */
  readonly variables: string
  readonly env: Readonly<Record<string, string>>
}

/** Between the output of one command and that of the next. */
const MARK = '@@ exit code'

/** Runs the commands in one shell, whatever becomes of each. */
export async function runScript(script: Script, shell: Shell): Promise<readonly CommandRun[]> {
  const variables = join(shell.folder, '.git', shell.variables)
  const lines = [
    ...(existsSync(variables) ? [`. ${variables}`] : []),
    // Servers that a page names are not to be passed over for those of the tests.
    '[ -z "${REDIS_URL:-}" ] || unset BENCH_BACKEND',
    ...script.flatMap((command) => [
      asTested(command.text, shell.servers),
      `printf '\\n${MARK} %s\\n' $?`,
    ]),
    `export -p > ${variables}`,
  ]
  const child = spawn('bash', ['-c', `exec 2>&1\n${lines.join('\n')}`], {
    cwd: shell.folder,
    env: environment(shell.env),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const parts = output.split(new RegExp(`\\n${MARK} (\\d+)\\n`))
  return script.map((command, index) => {
    const exitCode = parts[2 * index + 1]
    return {
      command,
      exitCode: exitCode === undefined ? null : Number(exitCode),
      printed: parts[2 * index] ?? '',
    }
  })
}

/** As a user's: nothing of the tests' own runner, nor of settings that would change what is run. */
function environment(settings: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = Object.entries(process.env).flatMap(([name, value]) => {
    const isOurs =
      /^(?:VITEST|BENCH_|npm_|REDIS_URL|NATS_URL|NODE_ENV|NODE_OPTIONS|TEST$|DEV$|PROD$|MODE$|SSR$|BASE_URL)/
    return value === undefined || isOurs.test(name) ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(inherited), ...settings }
}
