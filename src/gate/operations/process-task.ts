/** Other users can read a process's arguments, but not its environment; servers' addresses may hold passwords. */
const VARIABLE = 'GATE_TASK'

/** Environment that hands a task to a process. */
export function taskEnvironment(task: object): Readonly<Record<string, string>> {
  return { [VARIABLE]: JSON.stringify(task) }
}

/**
 * The task of this process, not yet checked.
 * @throws SyntaxError without one.
 */
export function taskOfProcess(): unknown {
  return JSON.parse(process.env[VARIABLE] ?? '')
}
