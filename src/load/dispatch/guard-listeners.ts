import { inspect } from 'node:util'
import { errorSample } from '../recording/error-code.ts'

/** Different texts that a process warns of. */
const MAX_WARNINGS = 20
const warnedOf = new Set<string>()

type Add = Parameters<AbortSignal['addEventListener']>
type Listener = NonNullable<Add[1]>

/**
 * Keeps what a signal's listeners throw from ending the process: Node rethrows it as an uncaught
 * exception, which would end the load over one request. It becomes a warning of the process.
 */
export function guardListeners(signal: AbortSignal): void {
  const guards = new WeakMap<Listener, (event: Event) => void>()
  const guardOf = (listener: Listener): ((event: Event) => void) => {
    const guard = guards.get(listener) ?? ((event) => callGuarded(signal, listener, event))
    guards.set(listener, guard)
    return guard
  }
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (type: string, listener: Listener, options?: Add[2]) =>
    add(type, guardOf(listener), options)
  signal.removeEventListener = (type: string, listener: Listener, options?: Add[2]) =>
    remove(type, guards.get(listener) ?? listener, options)
}

function callGuarded(signal: AbortSignal, listener: Listener, event: Event): void {
  try {
    const returned: unknown =
      typeof listener === 'function' ? listener.call(signal, event) : listener.handleEvent(event)
    if (returned instanceof Promise) returned.catch(warn)
  } catch (error) {
    warn(error)
  }
}

/** Each text once: a listener that throws for every request would say the same 10,000 times per second. */
function warn(error: unknown): void {
  const said = errorSample(error)
  if (warnedOf.has(said) || warnedOf.size === MAX_WARNINGS) return
  warnedOf.add(said)
  // Quoted, because a server may have put control characters into it.
  process.emitWarning(`A listener of a request's signal threw: ${inspect(said)}`)
}
