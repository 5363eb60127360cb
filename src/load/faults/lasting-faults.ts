import { checkFields, oneOf } from '../check-fields.ts'
import type { Fault, FaultContext } from './fault.ts'
import type { Drainable, FailoverTarget, Killable, Restartable } from './fault-targets.ts'
import { faultOn } from './fault-on.ts'
import { requireAbility } from './target-ability.ts'

/**
 * Kills a process, as by `kill -9`. It stays down until a `restart`.
 * @throws InputError if the target can't be killed.
 */
export function kill(target: Killable): Fault {
  requireAbility('kill', target, ['kill'])
  const inject = async ({ begun }: FaultContext): Promise<void> => {
    begun((await target.kill()) ?? undefined)
  }
  return faultOn(target, `kill ${target.label}`, inject)
}

/**
 * Ends a process, if it runs, and starts it again; over when it answers.
 * @param options `data`: `kept` (default), as far as it is on disk; or `lost`, for an empty start.
 * @throws InputError if the target can't be restarted, or for other options.
 */
export function restart(target: Restartable, options: RestartOptions = {}): Fault {
  requireAbility('restart', target, ['restart'])
  checkFields(options, 'restart', { data: oneOf('kept', 'lost') })
  const { data = 'kept' } = options
  const label = `restart ${target.label}${data === 'lost' ? ' without its data' : ''}`
  return faultOn(target, label, (context) => untilDone(context, () => target.restart(data)))
}

/** Options of `restart`. */
export interface RestartOptions {
  readonly data?: 'kept' | 'lost'
}

/**
 * Makes a primary hand its role to a replica, by command; over when it has.
 * @throws InputError if the target has no replicas to hand it to.
 */
export function failover(target: FailoverTarget): Fault {
  requireAbility('failover', target, ['failover'])
  const label = `failover of ${target.label}`
  return faultOn(target, label, (context) => untilDone(context, () => target.failover()))
}

/**
 * Asks a server to move its clients away and shut down; over when it has. It stays down.
 * @throws InputError if the target can't be drained.
 */
export function drain(target: Drainable): Fault {
  requireAbility('drain', target, ['drain'])
  const label = `drain ${target.label}`
  return faultOn(target, label, (context) => untilDone(context, () => target.drain()))
}

/** Its effect begins with the action, and is over with it. */
async function untilDone(
  { begun }: FaultContext,
  act: () => Promise<string | void>,
): Promise<void> {
  begun()
  begun((await act()) ?? undefined)
}
