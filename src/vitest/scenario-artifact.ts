import type { Bound } from '../load/slo/slo.ts'
import type { SloRow } from '../load/slo/slo-row.ts'
import type { Verdict } from '../load/verdict/verdict.ts'
import type { LoadResultJson } from '../run-file/schema/load-result-schema.ts'

/** A test's message to the reporter about one of its loads, as plain data. */
export interface MeasuredLoad {
  /** See `src/run-file/provenance/workload-hash.ts`; `null` if unknown. */
  readonly workloadHash: string | null
  readonly result: LoadResultJson
  readonly verdict: Verdict
  /** Empty if the test asserts no SLO. */
  readonly slo: readonly SloRow[]
  /** The asserted SLOs of a shard, to be judged on all shards together. */
  readonly bounds: readonly Bound[]
}

export const SCENARIO_ARTIFACT = 'prism:scenario'

/** The loads of one test, recorded when it ends, however it ends. */
export interface ScenarioArtifact {
  readonly type: typeof SCENARIO_ARTIFACT
  readonly loads: readonly MeasuredLoad[]
  /** Of a shard: the first requests of all shards were due within this time; `null` if it is not known. */
  readonly skewMs: number | null
  /** The traces that were kept, each a `ResourceSpans` of OTLP as JSON, without secrets; empty if requests were not traced. */
  readonly resourceSpans: readonly string[]
}

declare module 'vitest' {
  interface TestArtifactRegistry {
    scenario: ScenarioArtifact
  }
}
