import type { RunFile } from '../../../../run-file/run-file.ts'
import { MAX_SLOWEST } from '../../../../load/tracing/traced-request.ts'
import type { ReadTrace } from '../../../../traces/waterfall/read-spans.ts'
import type { TracesOfRun } from '../../../slowest/read-traces-file.ts'

/** Which traces a page shows. */
export interface PageTraces {
  readonly traces: ReadonlyMap<string, ReadTrace>
  /** The most waterfalls of an operation: a page is bounded, however many operations it has. */
  readonly perOperation: number
  /** Why traces are missing, in whole sentences; `null` if they were read, or not looked for. */
  readonly problem: string | null
}

/** For pages of loads whose traces are not written yet. */
export const NO_TRACES: PageTraces = { traces: new Map(), perOperation: 0, problem: null }

const MAX_WATERFALLS = 60

/** The IDs of the traces of a run's slowest requests. */
export function slowestTraceIds(run: RunFile): readonly string[] {
  return operationsWithSlowest(run).flatMap((slowest) => slowest.map(({ traceId }) => traceId))
}

/** @param read `null` if no file of traces was looked for. */
export function pageTraces(run: RunFile, read: TracesOfRun | null): PageTraces {
  const operations = operationsWithSlowest(run).length
  return {
    traces: read?.kind === 'read' ? read.traces : new Map(),
    perOperation: Math.min(MAX_SLOWEST, Math.floor(MAX_WATERFALLS / Math.max(operations, 1))),
    problem: read?.kind === 'unreadable' ? read.problem : null,
  }
}

type Slowest = readonly { readonly traceId: string }[]

function operationsWithSlowest({ scenarios }: RunFile): readonly Slowest[] {
  return scenarios
    .flatMap((scenario) => (scenario.state === 'measured' ? scenario.result.operations : []))
    .map(({ slowest = [] }) => slowest)
    .filter((slowest) => slowest.length > 0)
}
