import type { ChildProcess } from 'node:child_process'
import type { RunEvent, RunListener } from './run-event.ts'

/** Set for a command whose parent wants its run's events, and has opened an IPC channel. */
export const TELLS_PARENT = 'BENCH_TELLS_PARENT'

/** Tells the parent process of a run's events; `null` if it doesn't ask. */
export function parentListener(
  env: Readonly<Record<string, string | undefined>>,
): RunListener | null {
  if (env[TELLS_PARENT] !== '1' || process.send === undefined) return null
  // Without a callback, an error is thrown: the parent may be gone.
  return (event) => void process.send?.(event, undefined, undefined, () => {})
}

/** Follows the run of a command that was started with `TELLS_PARENT` and an IPC channel. */
export function onEventsOf(child: ChildProcess, listener: RunListener): void {
  child.on('message', (message) => {
    if (isEvent(message)) listener(message)
  })
}

function isEvent(message: unknown): message is RunEvent {
  return typeof message === 'object' && message !== null && 'event' in message
}
