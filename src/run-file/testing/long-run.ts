import { latenessOf, responseOf } from '../../load/recording/interval.ts'
import { TimeCounts } from '../../load/recording/time-counts.ts'
import type { IntervalFigures } from '../../load/result.ts'
import { loadResult } from '../../load/testing/result-fixture.ts'
import { normalDraws, randomStream } from '../../stats/random.ts'
import { serializeLoadResult } from '../json/load-result-json.ts'
import type { LoadResultJson } from '../schema/load-result-schema.ts'

const PER_SECOND = 200
const MEDIAN_MS = 2
/** Of the logarithm of a response time. */
const SPREAD = 0.8
/** Seconds that differ; later ones repeat them. */
const DISTINCT = 200

/** A long load at 200 requests per second and operation, with log-normal response times: nothing failed. */
export function longResult(seconds: number, operations: number): LoadResultJson {
  const names = Array.from({ length: operations }, (_, i) => `operation ${i}`)
  const distinct = Array.from({ length: DISTINCT }, (_, i) => secondOf(i + 1))
  const intervals = Array.from({ length: seconds }, (_, second) => second).flatMap((second) =>
    names.map((operation, i) => {
      const one = distinct[(second * 7 + i * 31) % DISTINCT]
      if (one === undefined) throw new RangeError('there are no seconds')
      return { ...one, second, operation }
    }),
  )
  const planned = seconds * PER_SECOND
  const counts = { planned, started: planned, ok: planned }
  const all = Object.fromEntries(names.map((name) => [name, { counts }]))
  const time = { durationMs: seconds * 1_000, measuredMs: seconds * 1_000 }
  return serializeLoadResult({ ...loadResult(all, time), intervals })
}

function secondOf(seed: number): Omit<IntervalFigures, 'second' | 'operation'> {
  const [response, lateness] = [new TimeCounts(), new TimeCounts()]
  const uniform = randomStream(seed, 0)
  const normal = normalDraws(uniform)
  for (let k = 0; k < PER_SECOND; k++) {
    response.record(MEDIAN_MS * Math.exp(SPREAD * normal()))
    lateness.record(0.02 + 0.1 * uniform() ** 8)
  }
  return {
    planned: PER_SECOND,
    started: PER_SECOND,
    dropped: 0,
    ok: PER_SECOND,
    failed: 0,
    timedOut: 0,
    inFlight: 1 + (seed % 9),
    received: null,
    errors: [],
    lateness: latenessOf(lateness),
    response: responseOf(response),
  }
}
