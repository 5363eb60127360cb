import { EXIT } from '../exit-code.ts'
import { InputError } from '../input-error.ts'
import { printable } from '../printable.ts'
import type { CommandEnd } from '../process/run-command.ts'
import type { RunMetrics } from '../report/telemetry/run-metrics.ts'

/** Flags of commands that tell their run's metrics. */
export interface TelemetryFlags {
  /** A collector's base URL. */
  readonly otlp?: string | undefined
  /** `[host:]port` to serve `/metrics` on. */
  readonly prometheus?: string | undefined
}

/** Metrics of runs, while they run. */
export interface RunTelemetry {
  readonly metrics: RunMetrics
  /** Sends the traces of a scenario's requests to the collector, each a `ResourceSpans` as JSON. */
  onTraces(resourceSpans: readonly string[]): void
  /** Called once the run has ended. */
  close(exitCode: number): Promise<void>
}

/** How long a last scrape is waited for, in ms: Prometheus scrapes every 15 s in most setups, or every minute. */
const LAST_SCRAPE_MS = 30_000

/**
 * Opens what the flags name, before anything is measured; `null` if they name nothing.
 * @throws InputError
 */
export async function openRunTelemetry(
  { otlp, prometheus }: TelemetryFlags,
  out: NodeJS.WriteStream,
): Promise<RunTelemetry | null> {
  if (otlp === undefined && prometheus === undefined) return null
  const place = prometheus === undefined ? null : placeOf(prometheus)
  // Imported late, because most runs tell no metrics.
  const [{ RunMetrics: Metrics }, { runMetricSource }, { otlpTarget, OtlpPush }, { OtlpTraces }] =
    await Promise.all([
      import('../report/telemetry/run-metrics.ts'),
      import('../report/telemetry/metric-source.ts'),
      import('../report/telemetry/otlp-push.ts'),
      import('../report/telemetry/otlp-traces.ts'),
    ])
  const target = otlp === undefined ? null : otlpTarget(otlp, '/v1/metrics')
  const metrics = new Metrics()
  const scraped = place === null ? null : await serve(place)
  const push =
    target === null
      ? null
      : await OtlpPush.open(target, await runMetricSource(metrics, 'exponential', '--otlp'), warn)
  const traces = otlp === undefined ? null : new OtlpTraces(otlpTarget(otlp, '/v1/traces'), warn)
  return {
    metrics,
    onTraces: (resourceSpans) => traces?.send(resourceSpans),
    async close(exitCode) {
      await Promise.all([push?.close(), traces?.close(), scraped?.close(exitCode)])
    },
  }

  async function serve({ host, port }: Place): Promise<Pick<RunTelemetry, 'close'>> {
    const { MetricsServer } = await import('../telemetry-sdk/metrics-server.ts')
    let scrapes = 0
    let onScrape = (): void => {}
    const server = await MetricsServer.open({
      port,
      ...(host === null ? {} : { host }),
      metrics: await runMetricSource(metrics, 'explicit', '--prometheus'),
      onScrape: () => {
        scrapes += 1
        onScrape()
      },
      neededFor: '--prometheus',
    })
    out.write(`Metrics: ${server.url}/metrics\n`)
    return {
      async close(exitCode) {
        const hasFigures = metrics.loads.length > 0
        if (hasFigures && scrapes === 0) {
          warn('--prometheus: nobody scraped the metrics during the run.')
        } else if (hasFigures && exitCode < 128) {
          out.write(
            `Metrics: waiting up to ${LAST_SCRAPE_MS / 1_000} s for a last scrape; Ctrl-C ends it\n`,
          )
          let patience: NodeJS.Timeout | undefined
          await new Promise<void>((resolve) => {
            onScrape = resolve
            patience = setTimeout(resolve, LAST_SCRAPE_MS)
            for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve())
          })
          clearTimeout(patience)
        }
        await server.close()
      },
    }
  }
}

/**
 * Does what several runs take, and tells their metrics if the flags say so.
 * @throws InputError
 */
export async function followedByMetrics(
  flags: TelemetryFlags,
  act: (
    metrics: RunMetrics | null,
    onTraces: (resourceSpans: readonly string[]) => void,
  ) => Promise<CommandEnd>,
): Promise<CommandEnd> {
  const telemetry = await openRunTelemetry(flags, process.stdout)
  let end: CommandEnd = EXIT.broken
  try {
    const onTraces = (resourceSpans: readonly string[]): void => telemetry?.onTraces(resourceSpans)
    end = await act(telemetry?.metrics ?? null, onTraces)
    return end
  } finally {
    await telemetry?.close(end)
  }
}

interface Place {
  readonly host: string | null
  readonly port: number
}

function placeOf(text: string): Place {
  const [, host, digits = ''] = /^(?:(\[[\da-f:.]+\]|[^:\s]+):)?(\d{1,5})$/i.exec(text) ?? []
  const port = digits === '' ? Number.NaN : Number(digits)
  if (port <= 65_535) return { host: host?.replaceAll(/[[\]]/g, '') ?? null, port }
  throw new InputError(
    `--prometheus: "${printable(text)}" is not a port. Use 1 to 65535, 0 for any free port, or an address such as 0.0.0.0:9464.`,
  )
}

function warn(text: string): void {
  process.stderr.write(`${text}\n`)
}
