/** Exit codes of processes that a signal ended: 128 plus the signal's number. */
export const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

export type SignalName = keyof typeof SIGNAL_CODES
export type SignalCode = (typeof SIGNAL_CODES)[SignalName]

/** The signals that end a process in order. */
export const SIGNALS = Object.keys(SIGNAL_CODES) as readonly SignalName[]

/** Whether an exit code says that a signal ended the process. */
export function isSignalCode(code: number): code is SignalCode {
  return Object.values<number>(SIGNAL_CODES).includes(code)
}

/**
 * For a program that a parent process ends: Ctrl-C and a closing terminal signal every process, and the parent
 * decides when this one's work is done.
 */
export function leaveSignalsToParent(): void {
  for (const signal of SIGNALS) process.on(signal, () => {})
  process.on('disconnect', () => process.exit())
}

/**
 * One Ctrl-C may arrive twice within this time, in ms: a terminal sends it to each of its processes,
 * and npm passes its own on. People take longer to press it again.
 */
const SAME_MS = 500

let isEnding = false

/** Whether a signal is ending this process already. */
export function hasSignal(): boolean {
  return isEnding
}

/** The signals that a command received. */
export interface Signals {
  /** The exit code for the first signal; `null` before. */
  readonly exitCode: SignalCode | null
}

/**
 * Handles the signals that end a command: Ctrl-C, a closed terminal, SIGTERM, and the end of its parent,
 * which `watchParent` turns into SIGTERM.
 * @param onFirst ends the command in order.
 * @param onSecond called for the next signal, of an impatient user. Default: ends the process at once.
 */
export function onSignals(
  onFirst: (name: SignalName, exitCode: SignalCode) => void,
  onSecond: (exitCode: SignalCode) => void = (exitCode) => process.exit(exitCode),
): Signals {
  const state: { exitCode: SignalCode | null } = { exitCode: null }
  let firstMs = 0
  for (const name of SIGNALS) {
    process.removeAllListeners(name)
    process.on(name, () => {
      const exitCode = SIGNAL_CODES[name]
      if (state.exitCode === null) {
        isEnding = true
        state.exitCode = exitCode
        firstMs = performance.now()
        onFirst(name, exitCode)
      } else if (performance.now() - firstMs > SAME_MS) onSecond(exitCode)
    })
  }
  return state
}
