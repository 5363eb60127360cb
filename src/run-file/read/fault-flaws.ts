import type { LoadResultJson } from '../schema/load-result-schema.ts'

type FaultJson = LoadResultJson['faults'][number]
type OperationJson = LoadResultJson['operations'][number]

/** Faults begin when they are due: times are differences of two times of a clock, and shards have clocks of their own. */
const CLOCK_TOLERANCE_MS = 1_000

/** After the last requests ended, a load waits for faults to be mended; this is longer than it waits. */
const MENDING_MS = 60_000

/** Finds times of a fault that can't be true together. */
export function* flawsOfFault(fault: FaultJson, load: LoadResultJson): Generator<string> {
  if (fault.state !== 'injected' && fault.state !== 'failed') return
  const { plannedAtMs, fromMs } = fault
  if (fromMs < plannedAtMs - CLOCK_TOLERANCE_MS) {
    yield `fromMs is ${fromMs}, but it was due at ${plannedAtMs} ms.`
  }
  const toMs = fault.state === 'injected' ? fault.toMs : fromMs
  if (toMs < fromMs) yield `toMs is ${toMs}, but fromMs is ${fromMs}.`
  const endMs = latestMs(load)
  if (toMs > endMs) yield `it lasted until ${toMs} ms, but the load ended by ${endMs} ms.`
}

/** Finds losses of more than was promised, and outages longer than the load. */
export function* flawsOfLosses(
  { losses, unavailableMs }: OperationJson,
  load: LoadResultJson,
): Generator<string> {
  if (losses?.kind === 'known') {
    const { of, promised, lost, examples } = losses
    if (lost > promised) yield `${lost} ${of} are lost, but ${promised} were promised.`
    if (examples.length > lost) {
      yield `${examples.length} lost ${of} are named, but ${lost} are lost.`
    }
  }
  const endMs = latestMs(load)
  if (unavailableMs !== null && unavailableMs > endMs) {
    yield `unavailableMs is ${unavailableMs}, but the load ended by ${endMs} ms.`
  }
}

function latestMs({ measuredMs, limits }: LoadResultJson): number {
  return measuredMs + limits.timeoutMs + limits.gracePeriodMs + MENDING_MS
}
