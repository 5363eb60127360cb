import type { Victim } from './victims.ts'

/** Servers that a row may start, restart, or place a proxy in front of. */
export type ServerName = 'redis' | 'nats'

/** Faults. All times are in ms. */
export type Fault =
  /** SIGKILL. */
  | { readonly kind: 'kill'; readonly victim: Victim }
  /** SIGSTOP, then SIGCONT. */
  | { readonly kind: 'stop'; readonly victim: Victim; readonly forMs: number }
  /** `terminal` sends it to all processes of the command, as Ctrl-C does. */
  | {
      readonly kind: 'signal'
      readonly to: 'npm' | 'main' | 'terminal'
      readonly signal: 'SIGTERM' | 'SIGINT'
    }
  /** SIGKILL, then a new process at the same address. */
  | {
      readonly kind: 'restart'
      readonly server: ServerName
      readonly downMs: number
      readonly keepsData: boolean
    }
  /** Connections are reset, and new ones refused. */
  | { readonly kind: 'cut'; readonly server: ServerName; readonly forMs: number }
  /** No data gets through in either direction, but connections stay open. */
  | { readonly kind: 'hold'; readonly server: ServerName; readonly forMs: number }
  /** Redis answers with an error. */
  | { readonly kind: 'answer'; readonly error: WrongAnswer; readonly forMs: number }
  /** Redis loses all data, without downtime. */
  | { readonly kind: 'lose data' }
  /** The disk of the results is full from now on. */
  | { readonly kind: 'fill disk' }
  /** The reader of standard output disappears. */
  | { readonly kind: 'close output' }
  /** The wall clock of the command's processes is stepped. */
  | { readonly kind: 'step clock'; readonly byMs: number }

/**
 * Redis's error replies: `LOADING` to everything, `READONLY` to writes as from a replica, `OOM` to writes
 * as from a server without memory.
 */
export type WrongAnswer = 'LOADING' | 'READONLY' | 'OOM'

/**
 * The time of a fault: before the command starts, once it has found the servers but not made a
 * request, or at a time after the measurement began, in ms; negative in the warm-up.
 */
export type FaultTime = 'before start' | 'opening' | number

/** One fault of a row. */
export interface Step {
  readonly at: FaultTime
  readonly fault: Fault
}

/** Whether a fault affects the generator only, so that it can't cause a missed bound. */
export function isOfGenerator(fault: Fault): boolean {
  switch (fault.kind) {
    case 'kill':
    case 'stop':
      return fault.victim !== 'redis' && fault.victim !== 'nats'
    case 'signal':
    case 'fill disk':
    case 'close output':
    case 'step clock':
      return true
    case 'restart':
    case 'cut':
    case 'hold':
    case 'answer':
    case 'lose data':
      return false
  }
}

/** How long a fault stops the command's own processes, in ms. */
export function generatorStoppedMs(fault: Fault): number {
  if (fault.kind !== 'stop' || !isOfGenerator(fault)) return 0
  // The run does not depend on its subscribers to go on.
  return fault.victim === 'subscriber' ? 0 : fault.forMs
}

/** Whether a fault needs a proxy in front of the server. */
export function needsProxy(fault: Fault, server: ServerName): boolean {
  switch (fault.kind) {
    case 'cut':
    case 'hold':
      return fault.server === server
    case 'answer':
      return server === 'redis' && fault.error === 'LOADING'
    default:
      return false
  }
}

/** A fault in a few words. */
export function describeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
      return `${fault.victim} killed`
    case 'stop':
      return `${fault.victim} stopped for ${seconds(fault.forMs)}`
    case 'signal':
      return `${fault.signal} to ${fault.to}`
    case 'restart': {
      const data = fault.server === 'nats' ? '' : fault.keepsData ? ' with data' : ' without data'
      return `${fault.server} restarted${data}`
    }
    case 'cut':
      return `connections to ${fault.server} cut for ${seconds(fault.forMs)}`
    case 'hold':
      return `network to ${fault.server} silent for ${seconds(fault.forMs)}`
    case 'answer':
      return `redis answers ${fault.error} for ${seconds(fault.forMs)}`
    case 'lose data':
      return 'redis flushed'
    case 'fill disk':
      return 'results disk full'
    case 'close output':
      return 'standard output closed'
    case 'step clock':
      return `clock stepped by ${fault.byMs > 0 ? '+' : ''}${seconds(fault.byMs)}`
  }
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`
}
