import { openClock } from './clock.ts'
import { hybrid, spin, timer, type Wait } from './wait.ts'
import { InputError } from '../../input-error.ts'

/** The dispatch techniques: how a generator waits until the next request is due, from the least to the most punctual. */
export const TECHNIQUES = ['timer', 'clock', 'hybrid', 'spin'] as const

export type Technique = (typeof TECHNIQUES)[number]

const OPEN: Readonly<Record<Technique, () => Promise<Wait>>> = {
  timer: async () => ({ until: timer, close: async () => {} }),
  clock: openClock,
  hybrid: async () => ({ until: hybrid, close: async () => {} }),
  spin: async () => ({ until: spin, close: async () => {} }),
}

/** @throws Error if the system provides no thread for the clock. */
export function openWait(technique: Technique): Promise<Wait> {
  return OPEN[technique]()
}

/** A technique by name, or `auto`: the clock thread, or timers if the system provides no thread. */
export type DispatchOption = 'auto' | Technique

export const DISPATCH_OPTIONS: readonly DispatchOption[] = ['auto', ...TECHNIQUES]

/**
 * Reads `BENCH_DISPATCH`; `auto` if it is not set or empty.
 * @throws InputError if it names no technique.
 */
export function dispatchSetting(env: Readonly<Record<string, string | undefined>>): DispatchOption {
  const { BENCH_DISPATCH } = env
  const option = DISPATCH_OPTIONS.find((name) => name === (BENCH_DISPATCH || 'auto'))
  if (option !== undefined) return option
  throw new InputError(
    `BENCH_DISPATCH: "${BENCH_DISPATCH}" is not a dispatch technique. Choose one of ${DISPATCH_OPTIONS.join(', ')}.`,
  )
}

/** An opened technique. The opener closes its `wait`. */
export interface Dispatch {
  readonly technique: Technique
  readonly wait: Wait
}

/**
 * Opens the technique of an option. `auto` is the same on every machine, so that runs can be compared: a
 * clock thread is punctual enough with or without a free core.
 * @throws InputError if the system does not support the named technique.
 */
export async function openDispatch(option: DispatchOption): Promise<Dispatch> {
  const technique = option === 'auto' ? 'clock' : option
  try {
    return { technique, wait: await openWait(technique) }
  } catch (error) {
    if (option === 'auto') return { technique: 'timer', wait: await openWait('timer') }
    const reason = error instanceof Error ? error.message : String(error)
    throw new InputError(
      `dispatch: "${option}" can't be used here, because the system provides no thread for it (${reason}). Use auto, timer, hybrid or spin.`,
    )
  }
}
