import { context, metrics, trace } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import type { IMetricReader } from '@opentelemetry/sdk-metrics'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'
import { InputError } from '../input-error.ts'
import type { RegistryConnections } from '../registry/connection-counts.ts'
import { settledWithin } from '../registry/waiting.ts'
import { MetricsServer } from './metrics-server.ts'
import { withOriginalNames } from './original-names.ts'
import { onDemandReader } from './on-demand-reader.ts'
import { drawnOr, headSampled } from './head-sampling.ts'
import { loadSdk } from './sdk.ts'

const NEEDED_FOR = 'startTelemetry'

/** How long `close()` waits for a collector, in ms. */
const CLOSE_PATIENCE_MS = 2_000

/** Options of `startTelemetry`. */
export interface TelemetryOptions {
  /** The process in metrics and traces, as `service.name`. */
  readonly serviceName: string
  /** Of the server of `/metrics`, `/healthz` and `/readyz`; 0 for any free port. */
  readonly port: number
  /** The address to listen on. Default `127.0.0.1`; `0.0.0.0` in a container. */
  readonly host?: string
  /** Also sends metrics and traces to a collector by OTLP/HTTP: its base URL, such as `http://localhost:4318`. Default: nowhere. */
  readonly otlp?: string
  /** The ratio of traces that are sampled, 0 to 1, unless a caller has decided it. Default 1; without `otlp`, there are no traces. */
  readonly sampledRatio?: number
  /** `true`: `/metrics` also has the names of the original, such as `multicast_registry_delivered_total`. Default `false`. */
  readonly originalNames?: boolean
}

/** A registry, as far as readiness depends on it. */
interface FollowedRegistry {
  readonly namespace: string
  readonly connections: RegistryConnections
}

/** The telemetry of a process. */
export interface Telemetry {
  /** The address of the server, such as `http://127.0.0.1:9464`. */
  readonly url: string
  /** `/readyz` answers 503 until a registry is given, and whenever one has lost Redis or NATS. */
  readonly readyWith: (registry: FollowedRegistry) => void
  /** Sends what is left to the collector, for at most 2 s, and stops the server. Idempotent. */
  readonly close: () => Promise<void>
}

/**
 * Sets up OpenTelemetry's SDK for this process and serves its metrics. Call it before `connectRegistry`: a registry uses
 * the SDK that is registered when it connects.
 * @throws InputError if the SDK is not installed, another one is registered, or the port is unavailable.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { port, host, otlp, sampledRatio = 1, originalNames = false } = options
  if (!(sampledRatio >= 0 && sampledRatio <= 1)) {
    throw new InputError(`${NEEDED_FOR}: sampledRatio ${sampledRatio} is not a number from 0 to 1`)
  }
  const base = otlp === undefined ? null : baseOf(otlp)
  const { resourceFromAttributes } = await loadSdk('@opentelemetry/resources', NEEDED_FOR)
  const { MeterProvider } = await loadSdk('@opentelemetry/sdk-metrics', NEEDED_FOR)
  const resource = resourceFromAttributes({ 'service.name': options.serviceName })
  const onDemand = await onDemandReader(NEEDED_FOR)
  const readers = base === null ? [onDemand] : [onDemand, await otlpReader(base)]
  const meters = new MeterProvider({ resource, readers })
  const registries: FollowedRegistry[] = []
  const stops = [() => meters.shutdown()]
  let closing: Promise<void> | null = null
  const close = (): Promise<void> =>
    (closing ??= settledWithin(
      stops.map((stop) => stop()),
      CLOSE_PATIENCE_MS,
    ))
  try {
    const server = await MetricsServer.open({
      port,
      ...(host === undefined ? {} : { host }),
      metrics: originalNames ? withOriginalNames(onDemand) : onDemand,
      notReady: () => reasonsNotReady(registries),
      neededFor: NEEDED_FOR,
    })
    stops.push(() => server.close())
    if (!metrics.setGlobalMeterProvider(meters)) throw alreadyRegistered()
    stops.push(async () => metrics.disable())
    if (base !== null) stops.push(await startTracing(base, resource, sampledRatio))
    return { url: server.url, readyWith: (registry) => void registries.push(registry), close }
  } catch (error) {
    await close()
    throw error
  }
}

function alreadyRegistered(): InputError {
  return new InputError(
    `${NEEDED_FOR}: this process has registered an SDK already. Call it once, or serve the metrics of that SDK by its own exporter.`,
  )
}

function reasonsNotReady(registries: readonly FollowedRegistry[]): readonly string[] {
  if (registries.length === 0) return ['no registry is connected yet']
  return registries.flatMap(({ namespace, connections }) => {
    const whose = namespace === '' ? 'the registry' : `the registry of "${namespace}"`
    return [
      ...(connections.redis === 'up' ? [] : [`${whose} is not connected to Redis`]),
      ...(connections.nats === 'up' ? [] : [`${whose} is not connected to NATS`]),
    ]
  })
}

/** The URL, without a slash at its end. */
function baseOf(otlp: string): string {
  const url = URL.canParse(otlp) ? new URL(otlp) : null
  if (url !== null && /^https?:$/.test(url.protocol)) return otlp.replace(/\/+$/, '')
  throw new InputError(
    `${NEEDED_FOR}: otlp is not a URL that begins with http:// or https://; try http://localhost:4318`,
  )
}

async function otlpReader(base: string): Promise<IMetricReader> {
  const { OTLPMetricExporter } = await loadSdk(
    '@opentelemetry/exporter-metrics-otlp-http',
    NEEDED_FOR,
  )
  const { AggregationType, InstrumentType, PeriodicExportingMetricReader } = await loadSdk(
    '@opentelemetry/sdk-metrics',
    NEEDED_FOR,
  )
  const exporter = new OTLPMetricExporter({
    url: `${base}/v1/metrics`,
    aggregationPreference: (type) => ({
      type:
        type === InstrumentType.HISTOGRAM
          ? AggregationType.EXPONENTIAL_HISTOGRAM
          : AggregationType.DEFAULT,
    }),
  })
  return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 10_000 })
}

/**
 * Registers an SDK that sends traces to a collector.
 * @param base the collector's URL, without a slash at its end.
 * @returns what sends the last spans and stops.
 * @throws InputError if the SDK is not installed, or another one is registered.
 */
export async function startTracing(
  base: string,
  resource: Resource,
  sampledRatio: number,
): Promise<() => Promise<void>> {
  const { OTLPTraceExporter } = await loadSdk('@opentelemetry/exporter-trace-otlp-http', NEEDED_FOR)
  const sdk = await loadSdk('@opentelemetry/sdk-trace', NEEDED_FOR)
  const hooks = await loadSdk('@opentelemetry/context-async-hooks', NEEDED_FOR)
  const exporter = new OTLPTraceExporter({ url: `${base}/v1/traces` })
  const processor: SpanProcessor = new sdk.BatchSpanProcessor({ exporter })
  const root = drawnOr(new sdk.TraceIdRatioBasedSampler(sampledRatio), {
    decision: sdk.SamplingDecision.RECORD_AND_SAMPLED,
  })
  const tracers = new sdk.TracerProvider({
    resource,
    sampler: new sdk.ParentBasedSampler({ root }),
    spanProcessors: [processor],
  })
  if (!trace.setGlobalTracerProvider(headSampled(tracers, sampledRatio))) {
    await tracers.shutdown()
    throw alreadyRegistered()
  }
  // A process may have set one without an SDK; it does the same.
  const isOwn = context.setGlobalContextManager(
    new hooks.AsyncLocalStorageContextManager().enable(),
  )
  return async () => {
    await tracers.shutdown()
    trace.disable()
    if (isOwn) context.disable()
  }
}
