import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { EnvironmentError } from './environment-error.ts'

/**
 * Makes a temporary folder in `$1` and prints its path. Runs each command that it reads from the inherited pipe
 * (fd 0), one after the other, and prints `started <process id>` and `ended`. When the pipe closes, the command is
 * killed and the folder removed; the kernel closes the pipe however the process at its other end dies. (By then nobody
 * reads the guard's own output, so a broken pipe must not end it before it has cleaned up.)
 */
const guardScript = `
folder=$(mktemp -d "$1/prism-loadtest.XXXXXX") || exit 1
exec 3<&0 </dev/null
trap '' PIPE
newline='
'
runner=
finish() {
  [ -z "$runner" ] || { kill "$runner"; wait "$runner"; } 2>/dev/null
  rm -rf "$folder"
}
trap 'finish; exit 1' TERM
echo "$folder"
while IFS= read -r command <&3; do
  (
    killed=; program=
    trap 'killed=yes; [ -z "$program" ] || kill -KILL "$program"' TERM
    eval "set -- $command"
    ( trap - PIPE TERM; exec "$@" >&2 3<&- ) &
    program=$!
    exec 2>/dev/null
    [ -z "$killed" ] || kill -KILL "$program"
    echo "started $program"
    wait "$program"
    while kill -0 "$program"; do wait "$program"; done
    echo ended
  ) &
  runner=$!
done
finish
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

/** One run of a program in a guarded folder. */
export interface GuardedRun {
  readonly pid: number
  /** Resolves when it has ended, for whatever reason; from then on the process id may be another's. */
  readonly ended: Promise<void>
}

export type RunStart =
  | { readonly state: 'ready'; readonly run: GuardedRun }
  | { readonly state: 'failed'; readonly output: string }

/** How a program is started. */
export interface RunOptions {
  readonly path: string
  readonly args: readonly string[]
  readonly readyText: string
  readonly timeoutMs: number
}

/** A temporary folder, and the program that works in it. Neither outlives this process. */
export class GuardedFolder {
  readonly path: string
  readonly #guard: ChildProcess
  readonly #output: string[] = []
  /** Reads the program's output, until it is ready or has ended. */
  #onLine: (line: string) => void = () => {}
  #onStarted: (pid: number) => void = () => {}
  #onEnded: () => void = () => {}

  private constructor(guard: ChildProcess, path: string) {
    this.#guard = guard
    this.path = path
  }

  /**
   * Makes a folder that only this user can enter.
   * @param parent by default that of temporary files.
   * @throws EnvironmentError if that is impossible.
   */
  static async open(parent = tmpdir()): Promise<GuardedFolder> {
    // In its own session, which a terminal's Ctrl-C does not reach.
    const guard = spawn('sh', ['-c', guardScript, 'guard', parent], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    guard.stdin.on('error', () => {})
    const lines = createInterface({ input: guard.stdout })
    const path = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      guard.once('error', reject)
      guard.once('close', () =>
        reject(new EnvironmentError(`No folder can be made in ${parent}. Set TMPDIR to another.`)),
      )
    })
    const folder = new GuardedFolder(guard, path)
    lines.on('line', (line) => {
      const pid = /^started (\d+)$/.exec(line)?.[1]
      if (pid === undefined) folder.#onEnded()
      else folder.#onStarted(Number(pid))
    })
    guard.once('close', () => folder.#onEnded())
    createInterface({ input: guard.stderr }).on('line', (line) => {
      if (line.trim() === '') return
      folder.#output.push(line)
      folder.#output.splice(0, folder.#output.length - keptLines)
      folder.#onLine(line)
    })
    // A running server does not keep its owner's event loop alive.
    for (const handle of [guard, guard.stdin, guard.stdout, guard.stderr]) unref(handle)
    return folder
  }

  /**
   * Starts a program, after an earlier one has ended, and waits until it prints a line containing `readyText`. One that
   * fails is killed.
   */
  async start({ path, args, readyText, timeoutMs }: RunOptions): Promise<RunStart> {
    this.#output.length = 0
    const started = new Promise<number>((resolve) => (this.#onStarted = resolve))
    const ended = new Promise<void>((resolve) => (this.#onEnded = resolve))
    const ready = new Promise<true>((resolve) => {
      this.#onLine = (line) => {
        if (line.includes(readyText)) resolve(true)
      }
    })
    this.#ref(true)
    this.#guard.stdin?.write(`${[path, ...args].map(quoted).join(' ')}\n`)
    const pid = await Promise.race([started, ended.then(() => null)])
    let timer: NodeJS.Timeout | undefined
    const isReady = await Promise.race([
      ready,
      ended.then(() => false),
      new Promise<boolean>((resolve) => (timer = setTimeout(resolve, timeoutMs, false))),
    ])
    clearTimeout(timer)
    if (isReady && pid !== null) {
      this.#ref(false)
      return { state: 'ready', run: { pid, ended } }
    }
    if (pid !== null) {
      let hasEnded = false
      void ended.then(() => (hasEnded = true))
      await Promise.resolve()
      if (!hasEnded) process.kill(pid, 'SIGKILL')
      await ended
    }
    this.#ref(false)
    return { state: 'failed', output: this.#output.join('\n') }
  }

  /** Kills the program, removes the folder, and resolves when both are done. Can be called again. */
  async remove(): Promise<void> {
    const guard = this.#guard
    guard.stdin?.end()
    if (guard.exitCode !== null || guard.signalCode !== null) return
    guard.ref()
    await once(guard, 'exit')
  }

  #ref(isOn: boolean): void {
    const { stdout, stderr } = this.#guard
    for (const handle of [stdout, stderr]) (isOn ? ref : unref)(handle)
  }
}

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
  const { args, folderFlag } = options
  const folder = await GuardedFolder.open()
  const start = await folder.start({ ...options, args: [...args, folderFlag, folder.path] })
  const stop = (): Promise<void> => folder.remove()
  if (start.state === 'ready') {
    return { state: 'ready', program: { pid: start.run.pid, stop } }
  }
  await stop()
  return start
}

/** A word of a shell's command line, which is one line even if the word has line breaks. */
function quoted(word: string): string {
  const escaped = word.replaceAll("'", String.raw`'\''`).replaceAll('\n', `'"$newline"'`)
  return `'${escaped}'`
}

function ref(handle: object | null): void {
  if (handle !== null && 'ref' in handle && typeof handle.ref === 'function') handle.ref()
}

function unref(handle: object | null): void {
  if (handle !== null && 'unref' in handle && typeof handle.unref === 'function') handle.unref()
}
