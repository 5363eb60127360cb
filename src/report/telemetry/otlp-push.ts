import { diag, DiagLogLevel } from '@opentelemetry/api'
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics'
import { redactUrls } from '../../environment/redact-url.ts'
import { InputError } from '../../input-error.ts'
import { printable } from '../../printable.ts'
import type { MetricSource } from '../../telemetry-sdk/prometheus-text.ts'
import { loadSdk } from '../../telemetry-sdk/sdk.ts'

const NEEDED_FOR = '--otlp'
const EVERY_MS = 5_000
/** For one export, with the exporter's own retries; the first and the last hold up the command, so they get less. */
const PATIENCE_MS = 4_000
const SHORT_PATIENCE_MS = 3_000

/** The length of a collector's words that is shown. */
const MAX_REASON = 200

/** Where metrics go, read from `--otlp`. */
export interface OtlpTarget {
  /** Without credentials: may be printed. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Reads a collector's base URL. Its user and password are sent as basic authentication.
 * @param path such as `/v1/metrics`.
 * @throws InputError
 */
export function otlpTarget(text: string, path: string): OtlpTarget {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InputError(
      `${NEEDED_FOR}: ${printable(redactUrls(text))} is not a URL that begins with http:// or https://; try http://localhost:4318`,
    )
  }
  const { username, password } = url
  url.username = url.password = ''
  const base = url.pathname.replace(/\/+$/, '')
  url.pathname = base.endsWith(path) ? base : `${base}${path}`
  const secret = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const headers: Record<string, string> =
    username === '' && password === ''
      ? {}
      : { authorization: `Basic ${Buffer.from(secret).toString('base64')}` }
  return { url: url.href, headers }
}

/**
 * Sends a run's metrics to a collector every 5 s. They are cumulative, so nothing is queued: an export that fails leaves
 * a gap in time, and the next has everything. A collector that is down or slow delays no load and fails no run.
 */
export class OtlpPush {
  readonly #target: OtlpTarget
  readonly #source: MetricSource
  readonly #exporter: (patienceMs: number) => PushMetricExporter
  readonly #warn: (text: string) => void
  #timer: NodeJS.Timeout | undefined
  #underWay: Promise<Problem | null> | null = null
  #exports = 0
  #failures = 0
  /** What the exporter complained of since an export began: it takes any answer with status 200 for a success. */
  #complaint: string | null = null

  private constructor(
    target: OtlpTarget,
    source: MetricSource,
    exporter: (patienceMs: number) => PushMetricExporter,
    warn: (text: string) => void,
  ) {
    this.#target = target
    this.#source = source
    this.#exporter = exporter
    this.#warn = warn
  }

  /**
   * Tries the collector, for at most 3 s, and starts sending.
   * @throws InputError for a missing SDK.
   */
  static async open(
    target: OtlpTarget,
    source: MetricSource,
    warn: (text: string) => void,
  ): Promise<OtlpPush> {
    const { OTLPMetricExporter } = await loadSdk(
      '@opentelemetry/exporter-metrics-otlp-http',
      NEEDED_FOR,
    )
    const { url, headers } = target
    const exporter = (timeoutMillis: number) =>
      new OTLPMetricExporter({ url, headers: { ...headers }, timeoutMillis })
    const push = new OtlpPush(target, source, exporter, warn)
    push.#hearComplaints()
    const problem = await push.#export(SHORT_PATIENCE_MS)
    if (problem !== null) {
      warn(
        `${NEEDED_FOR}: ${url} does not take metrics (${problem.reason}). The run goes on and keeps trying.`,
      )
    }
    push.#exports = push.#failures = 0
    push.#timer = setInterval(() => void push.#next(), EVERY_MS)
    push.#timer.unref()
    return push
  }

  /** Sends the last figures, for at most 7 s, and says in one line what was lost. Never throws. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#underWay
    const problem = await this.#export(SHORT_PATIENCE_MS)
    diag.disable()
    const told = this.#ending(problem)
    if (told !== null) this.#warn(`${NEEDED_FOR}: ${this.#target.url}: ${told}`)
  }

  /** What was lost, in one sentence; `null` if nothing was. */
  #ending(problem: Problem | null): string | null {
    if (problem !== null) {
      const what = problem.hasArrived ? 'may not all have been taken' : 'did not arrive'
      return `the run's last figures ${what} (${problem.reason}).`
    }
    if (this.#failures === 0) return null
    return `${this.#failures} of ${this.#exports} exports failed. The last one arrived, so only the course over time has gaps.`
  }

  /** One at a time: a slow collector gets fewer. */
  async #next(): Promise<void> {
    if (this.#underWay !== null) return
    this.#underWay = this.#export(PATIENCE_MS)
    await this.#underWay
    this.#underWay = null
  }

  /** @returns why it failed, or `null`. */
  async #export(patienceMs: number): Promise<Problem | null> {
    this.#exports += 1
    this.#complaint = null
    const failure = await this.#send(patienceMs).catch(reasonOf)
    const reason = failure ?? this.#complaint
    if (reason === null) return null
    this.#failures += 1
    return { reason, hasArrived: failure === null }
  }

  #hearComplaints(): void {
    const hear = (...parts: readonly unknown[]): void => {
      this.#complaint = shown(parts.filter((part) => typeof part === 'string').join(' '))
    }
    const ignore = (): void => {}
    const logger = { warn: hear, error: hear, info: ignore, debug: ignore, verbose: ignore }
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  }

  async #send(patienceMs: number): Promise<string | null> {
    const { resourceMetrics } = await this.#source.collect()
    const { ExportResultCode } = await loadSdk('@opentelemetry/core', NEEDED_FOR)
    const exporter = this.#exporter(patienceMs)
    // It also complains of environment variables, which the export doesn't depend on.
    this.#complaint = null
    const sent = new Promise<string | null>((resolve) => {
      exporter.export(resourceMetrics, ({ code, error }) =>
        resolve(code === ExportResultCode.SUCCESS ? null : reasonOf(error)),
      )
    })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${patienceMs / 1_000} s`), patienceMs)
    })
    const problem = await Promise.race([sent, late])
    clearTimeout(timer)
    void exporter.shutdown().catch(() => {})
    return problem
  }
}

/** Why an export failed. */
interface Problem {
  readonly reason: string
  /** The collector answered that it has it, but not that it took everything. */
  readonly hasArrived: boolean
}

function reasonOf(error: unknown): string {
  const { message = '', code = '' } = (error ?? {}) as { message?: string; code?: unknown }
  return shown(message === '' ? String(code === '' ? 'unknown error' : code) : message)
}

/** A collector's words, or those of an error, in one line of at most 200 characters. */
export function shown(text: string): string {
  const line = printable(redactUrls(text))
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}…` : line
}
