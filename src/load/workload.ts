import {
  checkFields,
  checkObject,
  functionOf,
  numberAbove0,
  wholeNumber,
  type Fields,
} from './check-fields.ts'
import type { Metrics, NoMetrics } from './metrics/declare-metrics.ts'
import type { CheckCondition } from './notes/check-counts.ts'
import type { NoTags, TagValue } from './notes/tags.ts'
import type { Pause } from './pauses.ts'
import type { ReceiptsSoFar } from './recording/delivery-tally.ts'
import type { Losses } from './recording/losses.ts'
import type { Deliveries } from './result.ts'
import { InputError } from '../input-error.ts'
import { stratifiedDraw } from './stratified-draw.ts'

/**
 * One request as its operation sees it. Times are `nowMs()` of `clock.ts`. An operation for any load takes
 * a plain `LoadRequest`; one written for a certain load takes that load's rows, tags and metrics.
 */
export interface LoadRequest<Row = unknown, Tags = NoTags, Declared = NoMetrics> {
  /** 0, 1, 2 … over warm-up and measurement. */
  readonly number: number
  readonly intendedAtMs: number
  readonly startedAtMs: number
  /** Whether it belongs to the warm-up, which is left out of the figures. */
  readonly isWarmUp: boolean
  /**
   * Fires when the load gives the request up: at its time-out, or unfinished at the end of the grace
   * period. The `reason` is a `RequestStoppedError` whose `code` says which. Pass it on, as in
   * `fetch(url, { signal })`, so that abandoned work stops. Not copied by `{ ...request }`.
   */
  readonly signal: AbortSignal
  /** The request's row of the load's `feed`; `undefined` without one. */
  readonly data: Row
  /**
   * Counts whether a condition holds, under the name of the check, and returns it. A failed check does not
   * fail the request. Only `true` passes. Up to 50 names per operation; others count as `OTHER`.
   */
  readonly check: CheckCondition
  /**
   * Sets one of the load's tags, whose values split its figures. Undeclared tags are counted as undeclared.
   * Set a tag before the request ends or times out.
   */
  readonly tag: <Name extends keyof Tags>(name: Name, value: TagValue<Tags, Name>) => void
  /** The load's metrics, by name: `metrics.bytes.add(512)`. Those of the warm-up are left out. */
  readonly metrics: Metrics<Declared>
}

/** Does one request. Resolving is success; rejecting is a failure, counted under the error's `code` (or name). */
export type RunOperation<Row = unknown, Tags = NoTags, Declared = NoMetrics> = (
  request: LoadRequest<Row, Tags, Declared>,
) => Promise<unknown>

/** One kind of request in a workload. */
export interface Operation<Row = unknown, Tags = NoTags, Declared = NoMetrics> {
  readonly run: RunOperation<Row, Tags, Declared>
  /** The weight of the operation relative to the others, > 0. Default 1. */
  readonly weight?: number
  /**
   * Returns the deliveries of its messages; called once, after the last request ended. If it rejects or
   * takes longer than 30 s, the deliveries are unknown, and the rest of the result is kept.
   * @param pauses the generator's pauses, whose effect is not the system's.
   */
  readonly deliveries?: (pauses: readonly Pause[]) => Promise<Deliveries>
  /**
   * Checks what became of the promises that its requests were given, such as registrations acknowledged; called once,
   * after the last request ended and every fault is over. If it rejects or takes longer than 30 s, they are unknown.
   */
  readonly losses?: () => Promise<Losses>
  /**
   * Returns its receipts so far, for those who watch the load; called about twice per second while it runs, in
   * the process that sends, so it has to return at once what it knows; `null` once it knows no more.
   */
  readonly receiptsSoFar?: () => ReceiptsSoFar | null
}

/** The operations of a load, by name. */
export type Operations<Row = unknown, Tags = NoTags, Declared = NoMetrics> = Readonly<
  Record<string, Operation<Row, Tags, Declared> | RunOperation<Row, Tags, Declared>>
>

/** A workload whose weights are checked and whose draws are reproducible. */
export interface Workload {
  readonly operations: ReadonlyMap<string, Operation>
  /** The operation of request `k`: the same for the same seed, in any process and order. */
  readonly draw: (k: number) => string
  /** Does one request of the named operation. */
  readonly run: (operation: string, request: LoadRequest) => Promise<unknown>
}

const OPERATION: Fields<Operation> = {
  run: functionOf('that makes one request'),
  weight: numberAbove0,
  deliveries: functionOf('that returns its deliveries'),
  losses: functionOf('that checks its promises'),
  receiptsSoFar: functionOf('that returns its receipts so far'),
}

/**
 * Checks a set of operations and makes its draw.
 * @param seed any 32-bit integer; another seed is another order of the same mix.
 * @throws InputError without operations, for one that is neither a function nor an object with `run`,
 *   or has unknown keys or a weight that is not > 0, or for a seed that is not a whole number.
 */
export function defineWorkload(operations: Operations, seed: number): Workload {
  wholeNumber(Number.MIN_SAFE_INTEGER)(seed, 'seed')
  checkObject(operations, 'operations', ['a function under the name of each operation'])
  const named = new Map(
    Object.entries(operations).map(([name, operation]) => [name, readOperation(name, operation)]),
  )
  const names = [...named.keys()]
  const bounds: number[] = []
  let total = 0
  for (const { weight = 1 } of named.values()) {
    total += weight
    bounds.push(total)
  }
  const last = names.at(-1)
  if (last === undefined) throw new InputError('A workload needs at least one operation.')

  const drawAt = stratifiedDraw(seed)
  const draw = (k: number): string => {
    const at = drawAt(k) * total
    return names[bounds.findIndex((bound) => at < bound)] ?? last
  }
  const run = (name: string, request: LoadRequest): Promise<unknown> => {
    const operation = named.get(name)
    if (operation === undefined) throw new InputError(`No operation is named "${name}".`)
    return operation.run(request)
  }
  return { operations: named, draw: names.length === 1 ? () => last : draw, run }
}

/** The operations whose receivers report their receipts. */
export function countedIn(
  operations: ReadonlyMap<string, Pick<Operation, 'deliveries'>>,
): readonly string[] {
  return [...operations].flatMap(([name, { deliveries }]) =>
    deliveries === undefined ? [] : [name],
  )
}

/** The operations that check what became of their promises. */
export function checkingIn(
  operations: ReadonlyMap<string, Pick<Operation, 'losses'>>,
): readonly string[] {
  return [...operations].flatMap(([name, { losses }]) => (losses === undefined ? [] : [name]))
}

function readOperation(name: string, operation: Operation | RunOperation): Operation {
  if (typeof operation === 'function') return { run: operation }
  const where = `operation "${name}"`
  checkFields(operation, where, OPERATION)
  OPERATION.run(operation.run, `${where}: run`)
  return operation
}
