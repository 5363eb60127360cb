import type { Arrivals } from '../load/arrivals/arrivals.ts'
import { readSlo, type Slos } from '../load/slo/slo.ts'
import { labelOf } from '../load/users/users.ts'
import { readVerdictThresholds } from '../load/verdict/verdict-thresholds.ts'
import type { LoadOutline } from '../report/live/run-event.ts'
import { isOfUsers } from './check-load.ts'
import type { AnyLoad } from './load.ts'

/** What the run made of a load's settings. */
interface Settled {
  readonly durationMs: number
  readonly warmUpMs: number
  readonly slo: Slos | undefined
}

/**
 * The outline of a load that has started, so its bounds and thresholds are valid.
 * @param offered in place of the load's own arrivals.
 */
export function outlineOf(
  load: AnyLoad,
  { durationMs, warmUpMs, slo }: Settled,
  offered: Arrivals | undefined,
): LoadOutline {
  const isClosed = isOfUsers(load)
  return {
    model: isClosed ? 'closed' : 'open',
    label: isClosed ? labelOf(load.users) : (offered ?? load.arrivals).label,
    durationMs,
    warmUpMs,
    bounds: slo === undefined ? [] : readSlo(slo),
    verdictThresholds: readVerdictThresholds(load.verdict),
  }
}
