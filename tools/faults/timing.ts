import type { Observation } from './observation.ts'
import type { Row } from './row.ts'

/** The tolerance, in ms, for a fault on the wrong side of the schedule's beginning or end. */
const EDGE_MS = 50

/**
 * Why a row was not run as planned: a fault could not be injected, or came in another phase of the load,
 * because the machine was busy.
 */
export function whyNotAsPlanned(
  { load }: Pick<Row, 'load'>,
  { notMade, made }: Pick<Observation, 'notMade' | 'made'>,
): readonly string[] {
  const phaseOf = (ms: number): string =>
    ms < 0 ? 'in the warm-up' : ms < load.durationMs ? 'in the measurement' : 'after the schedule'
  const strayed = made.flatMap(({ at, actualMs }) => {
    if (typeof at !== 'number' || actualMs === null) return []
    const isClose = Math.abs(actualMs - at) <= EDGE_MS
    return isClose || phaseOf(at) === phaseOf(actualMs)
      ? []
      : [`a fault due at ${at} ms came at ${actualMs} ms, ${phaseOf(actualMs)}`]
  })
  return [...notMade, ...strayed]
}
