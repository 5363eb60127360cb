import { defaultResource } from '@opentelemetry/resources'
import { leaveSignalsToParent } from '../../../src/process/signals.ts'
import { connectRegistry } from '../../../src/registry/connect.ts'
import type { MulticastRegistry } from '../../../src/registry/registry.ts'
import { startTelemetry, startTracing } from '../../../src/telemetry-sdk/start-telemetry.ts'
import { OPERATIONS, populate } from '../access/operations.ts'
import { type Answer, TASK_VARIABLE, type VariantTask, type Work } from './variant-task.ts'

/* The program of a variant's process: an SDK is registered once per process, for all that runs in it. */

const task = JSON.parse(process.env[TASK_VARIABLE] ?? '') as VariantTask
let requests = 0

leaveSignalsToParent()
try {
  const { sdk, sampledRatio, telemetry } = task.variant
  const started =
    sdk === null
      ? null
      : await startTelemetry({
          serviceName: 'bench',
          port: 0,
          ...(sdk === 'collector' ? { otlp: task.otlp, sampledRatio } : {}),
        })
  if (sdk === 'traces') await startTracing(task.otlp, defaultResource(), sampledRatio)
  const { redisUrl, natsUrls, namespace } = task
  const registry = await connectRegistry({ redisUrl, natsUrls, namespace, telemetry })
  await populate(registry)
  process.on('message', (work: Work) => {
    timed(work, registry, `${started?.url}/metrics`).then(
      (tookMs) => answer({ kind: 'done', tookMs }),
      fail,
    )
  })
  answer({ kind: 'ready' })
} catch (error) {
  fail(error)
}

/** @returns how long it took, in ms. */
async function timed(
  { what, calls }: Work,
  registry: MulticastRegistry,
  metricsUrl: string,
): Promise<number> {
  const one =
    what === 'scrape'
      ? async () => void (await (await fetch(metricsUrl)).text())
      : () => OPERATIONS[what](registry, requests++)
  const fromMs = performance.now()
  for (let call = 0; call < calls; call += 1) await one()
  return performance.now() - fromMs
}

function answer(message: Answer): void {
  process.send?.(message)
}

function fail(error: unknown): void {
  answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
}
