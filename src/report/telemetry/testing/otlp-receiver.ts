import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}

interface JsonPoint {
  readonly attributes?: readonly Attribute[]
  readonly asInt?: number | string
  readonly asDouble?: number
  readonly count?: number | string
  readonly sum?: number
}

type Kind = 'sum' | 'gauge' | 'histogram' | 'exponentialHistogram'

type JsonMetric = { readonly name: string; readonly unit?: string } & {
  readonly [K in Kind]?: {
    readonly dataPoints: readonly JsonPoint[]
    readonly isMonotonic?: boolean
    /** 2: cumulative. */
    readonly aggregationTemporality?: number
  }
}

/** The body of `POST /v1/metrics`: https://opentelemetry.io/docs/specs/otlp/ */
interface JsonExport {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string }
      readonly metrics: readonly JsonMetric[]
    }[]
  }[]
}

/** A point of a metric as it was received. */
export interface ReceivedPoint {
  readonly attributes: Readonly<Record<string, string>>
  /** Of a histogram, the count. */
  readonly value: number
  /** Of a histogram. */
  readonly sum: number | null
}

/** A metric as it was received. */
export interface ReceivedMetric {
  readonly name: string
  readonly unit: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly points: readonly ReceivedPoint[]
}

/** The latest values of a metric, by the values of some attributes: `{ 'register ok': 100 }`. */
export function valuesOf(
  { exports }: Pick<OtlpReceiver, 'exports'>,
  metric: string,
  ...keys: readonly string[]
): Readonly<Record<string, number>> {
  const points = exports.at(-1)?.find(({ name }) => name === metric)?.points ?? []
  return Object.fromEntries(
    points.map(({ attributes, value }) => [keys.map((key) => attributes[key]).join(' '), value]),
  )
}

/** Answers one export; the body has been read. */
export type OtlpAnswer = (response: ServerResponse) => void

/** Takes everything, as a collector does. */
export const accept: OtlpAnswer = (response) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end('{}')

/** A collector of metrics and traces in this process, by OTLP/HTTP with JSON. */
export interface OtlpReceiver {
  readonly url: string
  /** What each export said, in order of arrival. */
  readonly exports: readonly (readonly ReceivedMetric[])[]
  /** `ResourceSpans` as they arrived. */
  readonly resourceSpans: readonly unknown[]
  close(): Promise<void>
}

/** @param answer called for each export. */
export async function startOtlpReceiver(answer: OtlpAnswer = accept): Promise<OtlpReceiver> {
  const exports: (readonly ReceivedMetric[])[] = []
  const resourceSpans: unknown[] = []
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      if (request.url === '/v1/traces') {
        resourceSpans.push(
          ...(body as { readonly resourceSpans: readonly unknown[] }).resourceSpans,
        )
      } else exports.push(metricsOf(body as JsonExport))
      answer(response)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    exports,
    resourceSpans,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function metricsOf({ resourceMetrics }: JsonExport): readonly ReceivedMetric[] {
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .map(({ name, unit = '', sum, gauge, histogram, exponentialHistogram }) => {
      const times = histogram ?? exponentialHistogram
      const { dataPoints = [] } = sum ?? gauge ?? times ?? {}
      const type = sum !== undefined ? 'counter' : gauge !== undefined ? 'gauge' : 'histogram'
      if (type !== 'gauge' && (sum ?? times)?.aggregationTemporality !== 2) {
        throw new Error(`${name} is not cumulative`)
      }
      return { name, unit, type, points: dataPoints.map(pointOf) }
    })
}

function pointOf({ attributes = [], asInt, asDouble, count, sum }: JsonPoint): ReceivedPoint {
  return {
    attributes: Object.fromEntries(
      attributes.map(({ key, value: { stringValue = '' } }) => [key, stringValue]),
    ),
    value: Number(count ?? asInt ?? asDouble),
    sum: sum ?? null,
  }
}
