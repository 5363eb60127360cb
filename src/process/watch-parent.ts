import { readFileSync } from 'node:fs'
import { hasSignal } from './signals.ts'

const EVERY_MS = 100

/** Names the parent that a command must not outlive. */
export const OWNER_VARIABLE = 'BENCH_OWNER_PID'

/**
 * Sends this process a SIGTERM once its parent is gone: another command of this program, or npm, which
 * on SIGTERM ends only its shell and itself. A command started by anything else may outlive its parent,
 * such as in the background of a script.
 */
export function watchParent(env: Readonly<Record<string, string | undefined>>): void {
  const { ppid } = process
  const isOwned = env[OWNER_VARIABLE] === String(ppid)
  if (!isOwned && !isNpmScript(env)) return
  const above = isShell(ppid) ? parentOf(ppid) : null
  const timer = setInterval(() => {
    if (process.ppid === ppid && (above === null || parentOf(ppid) === above)) return
    clearInterval(timer)
    // The signal that ended the parent may have arrived here, too, and must not count twice.
    if (!hasSignal()) process.kill(process.pid, 'SIGTERM')
  }, EVERY_MS)
  timer.unref()
}

/** npm names the script in the environment of its processes, and their children inherit it. */
function isNpmScript({
  npm_lifecycle_script: script = '',
}: Readonly<Record<string, string | undefined>>): boolean {
  return /\b(?:start\.mjs|prism-loadtest|main\.ts)\b/.test(script)
}

/** npm starts scripts with a shell, and some shells replace themselves by the script's only command. */
function isShell(pid: number): boolean {
  return /^(?:[^\0]*\/)?(?:sh|dash|bash|ash|zsh)\0-c\0/.test(procFile(pid, 'cmdline'))
}

/** `null` without /proc, or if there is no such process. */
function parentOf(pid: number): number | null {
  // The second field, the program's name, is in brackets and may hold any character.
  const [, ppid] = /\) \S (\d+) [^)]*$/s.exec(procFile(pid, 'stat')) ?? []
  return ppid === undefined ? null : Number(ppid)
}

function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
