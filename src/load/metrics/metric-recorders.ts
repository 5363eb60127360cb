import { check, checkObject } from '../check-fields.ts'
import { InputError } from '../../input-error.ts'
import { CounterRecorder, type CounterResult } from './counter.ts'
import { isDeclared, type MetricDeclaration, type MetricDeclarations } from './declare-metrics.ts'
import { GaugeRecorder, type GaugeResult } from './gauge.ts'
import { TrendRecorder, type TrendResult } from './trend.ts'

/** The result of a metric. */
export type MetricResult = CounterResult | GaugeResult | TrendResult

/** Metrics of a load; a trend has 90 KB of counts. */
const MAX_METRICS = 50
const MAX_LENGTH = 100

type Recorder = CounterRecorder | GaugeRecorder | TrendRecorder

/** Recorders of the warm-up, which is left out of the figures. */
const IDLE = { add: (): void => {}, set: (): void => {}, record: (): void => {} }

/** The metrics of one load. */
export class MetricRecorders {
  /** Metrics of measured requests, by name. */
  readonly measured: Readonly<Record<string, Recorder>>
  /** Metrics of the warm-up's requests. */
  readonly idle: Readonly<Record<string, typeof IDLE>>
  readonly #declared: MetricDeclarations

  /** @param endMs when requests stop being started, by `nowMs()`. */
  constructor(declared: MetricDeclarations, endMs: number) {
    const named = Object.entries(declared)
    this.#declared = declared
    this.measured = Object.fromEntries(
      named.map(([name, declaration]) => [name, recorderOf(declaration, endMs)]),
    )
    this.idle = Object.fromEntries(named.map(([name]) => [name, IDLE]))
  }

  /** The load ends early: no requests are started after `endMs`. */
  endAt(endMs: number): void {
    for (const recorder of Object.values(this.measured)) {
      if (recorder instanceof CounterRecorder) recorder.endAt(endMs)
    }
  }

  finish(): readonly MetricResult[] {
    return Object.entries(this.measured).map(([name, recorder]) =>
      recorder.finish(name, this.#declared[name]?.unit ?? ''),
    )
  }
}

function recorderOf(declaration: MetricDeclaration, endMs: number): Recorder {
  switch (declaration.kind) {
    case 'counter':
      return new CounterRecorder(endMs)
    case 'gauge':
      return new GaugeRecorder()
    case 'trend':
      return new TrendRecorder(declaration.resolution)
  }
}

/**
 * Checks the metrics of a load.
 * @throws InputError unless each is a name with what `counter`, `gauge` or `trend` returns, 50 at most.
 */
export function checkMetrics(metrics: unknown, where: string): void {
  const named = Object.entries(
    checkObject(metrics, where, ["a metric by its name, such as bytes: counter('bytes')"]),
  )
  if (named.length > MAX_METRICS) {
    throw new InputError(`${where}: ${named.length} are too many; ${MAX_METRICS} are possible.`)
  }
  for (const [name, declaration] of named) {
    checkName(name, `${where}: name`)
    checkDeclared(declaration, `${where}: ${name}`)
  }
}

const checkName = check(
  (name) => typeof name === 'string' && name !== '' && name.length <= MAX_LENGTH,
  `a text of 1 to ${MAX_LENGTH} characters`,
)

const checkDeclared = check(isDeclared, "counter(), gauge() or trend('ms')")
