import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/**
 * Runs the command `$2…` with `$1 <temporary folder>` added, prints its process id, and waits. The
 * command is killed and its folder removed when the inherited pipe (fd 0) closes; the kernel closes it
 * however the process at its other end dies. (By then nobody reads the guard's own output, so a broken
 * pipe must not end it before it has cleaned up.)
 */
const guardScript = `
flag=$1; shift
folder=$(mktemp -d "\${TMPDIR:-/tmp}/prism-loadtest.XXXXXX") || exit 1
exec 3<&0
"$@" "$flag" "$folder" </dev/null >&2 3<&- &
server=$!
exec 2>/dev/null
trap '' PIPE
echo "$server"
trap 'kill -KILL "$server"' TERM
( trap - TERM; read -r _ <&3; kill -KILL "$server" ) &
watcher=$!
wait "$server"; code=$?
kill "$watcher"; wait
rm -rf "$folder"
exit "$code"
`

/** Lines of a program's output kept to explain a failed start. */
const keptLines = 5

/** A program that cannot outlive the process that started it, not even after `kill -9`. */
export interface GuardedProgram {
  readonly pid: number
  /** Kills the program, removes its folder, and resolves when both are done. Can be called again. */
  readonly stop: () => Promise<void>
}

export type GuardedStart =
  | { readonly state: 'ready'; readonly program: GuardedProgram }
  /** It exited, or was not ready in time; `output` is the end of its output. */
  | { readonly state: 'failed'; readonly output: string }

/**
 * Starts a program in its own session, which a terminal's Ctrl-C does not reach, and waits until it prints a
 * line containing `readyText`.
 *
 * @param folderFlag the program's flag for its temporary folder, e.g. `--dir`
 */
export async function startGuarded(options: {
  readonly path: string
  readonly args: readonly string[]
  readonly folderFlag: string
  readonly readyText: string
  readonly timeoutMs: number
}): Promise<GuardedStart> {
  const { path, args, folderFlag, readyText, timeoutMs } = options
  const guard = spawn('sh', ['-c', guardScript, 'guard', folderFlag, path, ...args], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  guard.stdin.on('error', () => {})
  const stop = () => stopGuard(guard)

  const output: string[] = []
  const ready = new Promise<boolean>((resolve) => {
    let rest = ''
    guard.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      output.push(...lines.filter((line) => line.trim() !== ''))
      if (lines.some((line) => line.includes(readyText))) resolve(true)
      output.splice(0, output.length - keptLines)
    })
    guard.once('error', (error) => {
      output.push(error.message)
      resolve(false)
    })
    guard.once('close', () => resolve(false))
    setTimeout(resolve, timeoutMs, false).unref()
  })
  const pid = new Promise<number>((resolve) => {
    guard.stdout.setEncoding('utf8').once('data', (line: string) => resolve(Number(line)))
  })

  if (!(await ready)) {
    await stop()
    return { state: 'failed', output: output.join('\n') }
  }
  const program = { pid: await pid, stop }
  for (const handle of [guard, guard.stdin, guard.stdout, guard.stderr]) unref(handle)
  return { state: 'ready', program }
}

async function stopGuard(guard: ChildProcess): Promise<void> {
  if (guard.pid === undefined) return
  guard.stdin?.end()
  if (guard.exitCode !== null || guard.signalCode !== null) return
  guard.ref()
  await once(guard, 'exit')
}

/** A running server does not keep its owner's event loop alive. */
function unref(handle: object): void {
  if ('unref' in handle && typeof handle.unref === 'function') handle.unref()
}
