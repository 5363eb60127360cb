import type { Expected } from './expected.ts'
import { describeFault, type Fault, type FaultTime, type ServerName, type Step } from './faults.ts'
import { describeLoad, type Load } from './loads.ts'

/** The phase of the load in which a fault occurs. */
export type Moment =
  | 'before start'
  | 'before the first request'
  | 'in the warm-up'
  | 'in the middle'
  | 'while draining'

/** The destination of a row's output and results. */
export interface Stage {
  readonly output: 'pipe' | '/dev/full'
  /** `small disk`: on a file system of its own that can be filled. */
  readonly results: 'folder' | 'small disk'
  /** The initial offset of the wall clock of the command's processes, in ms. */
  readonly clockAheadMs: number
}

/** One row of the table: a load, what goes wrong during it, and the outcome it must have. */
export interface Row {
  readonly name: string
  readonly load: Load
  /** In the order of their times. */
  readonly steps: readonly Step[]
  readonly stage: Stage
  readonly expected: Expected
  /** The row belongs to the short form. */
  readonly isShort: boolean
  /** Whether all faults must come on time; those of a random run come when they can. */
  readonly isExact: boolean
}

export const ORDINARY_STAGE: Stage = { output: 'pipe', results: 'folder', clockAheadMs: 0 }

/** Requests in flight at the schedule's end were sent this long before, in ms. */
const HELD_MS = 400

/**
 * A row with one fault at a moment.
 * @param options.holdsBack the server that stops answering towards the end, so that requests are in
 *   flight when the schedule ends; default `redis`. Only for `while draining`.
 */
export function row(
  load: Load,
  fault: Fault,
  moment: Moment,
  expected: Expected,
  { holdsBack = 'redis' }: { readonly holdsBack?: ServerName } = {},
): Row {
  const steps =
    moment === 'while draining'
      ? stepsWhileDraining(load, fault, holdsBack)
      : [{ at: timeOf(moment, load), fault }]
  const name = `${describeLoad(load)} × ${describeFault(fault)} × ${moment}`
  return { name, load, steps, stage: ORDINARY_STAGE, expected, isShort: false, isExact: true }
}

/** A row in which the stage itself is the fault. */
export function stagedRow(
  load: Load,
  stage: Partial<Stage>,
  what: string,
  expected: Expected,
  steps: readonly Step[] = [],
): Row {
  const name = `${describeLoad(load)} × ${what}`
  return {
    name,
    load,
    steps,
    stage: { ...ORDINARY_STAGE, ...stage },
    expected,
    isShort: false,
    isExact: true,
  }
}

/** Adds a row to the short form. */
export function alsoShort(long: Row): Row {
  return { ...long, isShort: true }
}

/** A server that is stopped towards the end holds requests back anyway. */
function stepsWhileDraining(load: Load, fault: Fault, server: ServerName): readonly Step[] {
  const at = load.durationMs - HELD_MS
  const isOfServer =
    (fault.kind === 'stop' && fault.victim === server) ||
    (fault.kind === 'hold' && fault.server === server)
  if (isOfServer) return [{ at, fault }]
  const held: Fault =
    fault.kind === 'cut'
      ? { kind: 'hold', server: fault.server, forMs: 1_200 }
      : { kind: 'stop', victim: server, forMs: 1_200 }
  return [
    { at, fault: held },
    { at: load.durationMs + 200, fault },
  ]
}

function timeOf(
  moment: Exclude<Moment, 'while draining'>,
  { durationMs, warmUpMs }: Load,
): FaultTime {
  switch (moment) {
    case 'before start':
      return 'before start'
    case 'before the first request':
      return 'opening'
    case 'in the warm-up':
      return Math.round(-0.7 * warmUpMs)
    case 'in the middle':
      return Math.round(0.4 * durationMs)
  }
}
