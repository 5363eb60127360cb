import { withIntervals } from '../json/intervals-json.ts'
import { createHash } from 'node:crypto'
import { systemText } from '../../environment/system.ts'
import { countedDeliveries, deliveryRatio, throughputPerSecond } from '../../load/totals.ts'
import { environmentKey, fingerprintOf } from '../provenance/environment-fields.ts'
import type { HistoryRow } from './history-row.ts'
import { seriesText } from './series-text.ts'
import type { RunFile } from '../run-file.ts'

/**
 * The rows of a run: one per scenario and operation measured to its end. A shard has none, because it lacks the
 * figures of the whole load.
 */
export function historyRows(run: RunFile): readonly HistoryRow[] {
  if (run.generators.kind === 'shard') return []
  const fingerprint = fingerprintOf(run)
  const of = (field: string): string => fingerprint.get(field) ?? ''
  const ofRun = {
    runId: run.runId,
    startedAt: run.startedAt,
    commit: run.commit?.short ?? null,
    isDirty: run.commit?.isDirty ?? null,
    environmentKey: hashOf(environmentKey(run)),
    environment: environmentText(run),
    nodeVersion: of('Node'),
    kernel: of('kernel'),
    redisVersion: of('Redis'),
    natsVersion: of('NATS'),
    redisClientVersion: of('ioredis'),
    natsClientVersion: of('@nats-io/transport-node'),
    serverConfiguration: of('server configuration'),
  }
  return run.scenarios.flatMap((scenario): HistoryRow[] => {
    if (scenario.state !== 'measured' || scenario.testStatus === 'cancelled') return []
    const { result, workloadHash, verdict, name } = scenario
    if (result.isInterrupted) return []
    const seriesKey = hashOf(seriesText(fingerprint, result.health.dispatch))
    return result.operations.map(({ name: operation, counts, response, service, deliveries }) => ({
      ...ofRun,
      seriesKey,
      workloadHash,
      scenario: name,
      operation,
      verdict: verdict.kind,
      requests: counts.ok,
      p50Ms: response.figures.p50Ms,
      p95Ms: response.figures.p95Ms,
      p99Ms: response.figures.p99Ms,
      p999Ms: response.figures.p999Ms,
      serviceP50Ms: service.figures.p50Ms,
      serviceP95Ms: service.figures.p95Ms,
      serviceP99Ms: service.figures.p99Ms,
      serviceP999Ms: service.figures.p999Ms,
      throughputPerSecond: throughputPerSecond(withIntervals(result), operation),
      errorRatio: ratio(
        counts.dropped + counts.notStarted + counts.failed + counts.timedOut + counts.unfinished,
        counts.planned,
      ),
      deliveryRatio: deliveryRatio(countedDeliveries(deliveries)),
      referenceVersion: run.reference?.version ?? null,
      referenceRedisP50Ms: referenceP50Ms(run, 'Redis'),
      referenceNatsP50Ms: referenceP50Ms(run, 'NATS'),
    }))
  })
}

function referenceP50Ms({ reference }: RunFile, server: string): number | null {
  return reference?.parts.find(({ name }) => name === server)?.p50Ms ?? null
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}

/** `Redis 7.0.15 and NATS 2.9.10 (programs), Node 24.21.0, 2 cores of Some CPU, generators: one` */
function environmentText(run: RunFile): string {
  const of = (field: string): string => fingerprintOf(run).get(field) ?? 'unknown'
  const { system } = run
  const servers = 'servers' in system ? systemText(system) : system.kind
  const generators = of('generators') === 'one' ? '' : `, generators: ${of('generators')}`
  return `${servers}, Node ${of('Node')}, ${of('available cores')} cores of ${of('CPU model')}${generators}`
}
