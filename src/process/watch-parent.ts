import { readFileSync } from 'node:fs'
import { hasSignal } from './signals.ts'

const EVERY_MS = 100

/** Names the process that a command was started by, where it must not outlive that. */
export const OWNER_VARIABLE = 'BENCH_OWNER_PID'

/**
 * Gets this process a SIGTERM once what started it is gone: another command of this program, or npm,
 * which on SIGTERM ends its shell and itself and tells nobody else. A command started by anything
 * else may outlive it, as in the background of a script.
 */
export function watchParent(env: Readonly<Record<string, string | undefined>>): void {
  const { ppid } = process
  const isOwned = env[OWNER_VARIABLE] === String(ppid)
  if (!isOwned && !isNpmScript(env)) return
  const above = isShell(ppid) ? parentOf(ppid) : null
  const timer = setInterval(() => {
    if (process.ppid === ppid && (above === null || parentOf(ppid) === above)) return
    clearInterval(timer)
    // The signal that ended the parent may have come here too: it is not to count twice.
    if (!hasSignal()) process.kill(process.pid, 'SIGTERM')
  }, EVERY_MS)
  timer.unref()
}

/** npm tells the processes of a script what the script is; those that they start inherit it. */
function isNpmScript({
  npm_lifecycle_script: script = '',
}: Readonly<Record<string, string | undefined>>): boolean {
  return /\b(?:start\.mjs|prism-loadtest|main\.ts)\b/.test(script)
}

/** npm starts scripts by a shell, which some shells turn into the script's only command. */
function isShell(pid: number): boolean {
  return /^(?:[^\0]*\/)?(?:sh|dash|bash|ash|zsh)\0-c\0/.test(procFile(pid, 'cmdline'))
}

/** `null` where the system doesn't say, or there is no such process. */
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
