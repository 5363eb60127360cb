import { parseDurationMs, type Duration } from '../duration.ts'
import { InputError } from '../../input-error.ts'
import { didYouMean } from '../../nearest-name.ts'
import { readPercentile, USUAL_PERCENTILES } from './percentile.ts'
import { readSlo, type OperationSlo, type Slo } from './slo.ts'
import { type TimeBounds } from './bound-parts.ts'

/** The text forms, one per line. */
export const SLO_FORMS = `p95<10ms                 response time at a percentile, p50 to p99.999, or max
completion.p95<50ms      time until the last recipient's receipt
throughput>=80           successful requests/s; or <=; rate is a synonym
success>99%              ratio of successful requests; success>=100% allows no failure
delivery>98%             ratio of expected receipts that arrived
unavailable<=3s          longest stretch without a success
register.p95<10ms        any of these for one operation
p99<50ms every 5s        in every window of 5 s; not for completion, delivery or unavailable`

/**
 * Reads one bound as it is written on a command line: `[operation.]metric comparison value [every
 * time]`; `SLO_FORMS` shows each form.
 * @throws InputError for any other text, and for a bound that could never be met, missed or judged.
 */
export function parseSlo(text: string): Slo {
  const [, name = '', comparison = '', value = '', every] =
    /^\s*([\w.-]+?)\s*(<=|>=|<|>)\s*(\S+?)(?:\s+every\s+(\S+))?\s*$/.exec(text) ?? refuse(text)
  const { operation, metric } = operationAndMetric(name)
  const bound = readBound(metric, comparison, value, text)
  const slo: Slo = {
    ...(operation === null ? bound : { operations: { [operation]: bound } }),
    ...(every === undefined ? {} : { every: duration(every, text) }),
  }
  readSlo(slo)
  return slo
}

const METRIC =
  /^(?:(?<operation>[\w-]+)\.)??(?<metric>(?:(?:response|completion)\.)?(?:p\d+(?:\.\d+)?|max)|throughput|rate|success|delivery|unavailable)$/

const METRICS = [
  'response',
  'completion',
  'max',
  'throughput',
  'rate',
  'success',
  'delivery',
  'unavailable',
  ...USUAL_PERCENTILES,
]

function operationAndMetric(name: string): { operation: string | null; metric: string } {
  const { operation, metric } = METRIC.exec(name)?.groups ?? {}
  if (metric !== undefined) return { operation: operation ?? null, metric }
  const hint = name
    .split('.')
    .filter((part) => !METRICS.includes(part))
    .map((part) => didYouMean(part, METRICS))
    .find((text) => text !== '')
  throw new InputError(
    `SLO: "${name}" is not measured.${hint ?? ''} Choose p50, p95, p99.9 or another percentile, max, completion.p95, throughput, success, delivery or unavailable, of all or of one operation, such as register.p95.`,
  )
}

function readBound(metric: string, comparison: string, value: string, text: string): OperationSlo {
  const need = (...comparisons: readonly string[]): void => {
    if (comparisons.includes(comparison)) return
    throw new InputError(
      `SLO: "${text}": ${metric} is bounded by ${comparisons.join(' or ')}, not by ${comparison}.`,
    )
  }
  switch (metric) {
    case 'throughput':
    case 'rate': {
      need('>=', '<=')
      const perSecond = numberOf(value.replace(/\/s$/, ''), text, 'requests/s, such as 80')
      return { throughput: comparison === '>=' ? { min: perSecond } : { max: perSecond } }
    }
    case 'success':
      return { successRate: ratioOf(metric, comparison, value, text) }
    case 'delivery':
      return { delivery: { rate: ratioOf(metric, comparison, value, text) } }
    case 'unavailable':
      need('<=')
      return { unavailable: duration(value, text) }
    default: {
      need('<')
      const [, group, time = ''] = /^(?:(response|completion)\.)?(.+)$/.exec(metric) ?? []
      const percentile = keyOf(time, text)
      const bound: TimeBounds = { [percentile]: duration(value, text) }
      return group === 'completion' ? { completion: bound } : { response: bound }
    }
  }
}

/** `p99.9`, as reports write it, or `p999`, as scenarios do. */
function keyOf(time: string, text: string): string {
  if (time.includes('.') && !/^p[5-9]\d\.\d{1,3}$/.test(time)) {
    throw new InputError(
      `SLO: "${text}": ${time} is not a percentile from p50 to p99.999, such as p95 or p99.9.`,
    )
  }
  return readPercentile(time.replace('.', ''), `SLO: "${text}"`).key
}

/** `99%` or `0.99`. The decimal point is moved in the text, because 99.9 / 100 is not 0.999. */
function ratioOf(metric: string, comparison: string, value: string, text: string): number {
  const percent = /^(.+)%$/.exec(value)?.[1]
  const what = 'a ratio, such as 99%'
  numberOf(percent ?? value, text, what)
  const ratio = Number(percent === undefined ? value : `${percent}e-2`)
  if (comparison === (ratio === 1 ? '>=' : '>')) return ratio
  throw new InputError(
    `SLO: "${text}": write ${metric}>99% for more than 99 %, or ${metric}>=100% for all.`,
  )
}

function numberOf(value: string, text: string, what: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value)
  throw new InputError(`SLO: "${text}": "${value}" is not ${what}.`)
}

function duration(value: string, text: string): Duration {
  return `${parseDurationMs(value, `SLO: "${text}"`)}ms`
}

function refuse(text: string): never {
  throw new InputError(
    `SLO: "${text}" is not a bound. Write a metric, a comparison and a value, such as register.p95<10ms, success>99% or success>=100%.`,
  )
}
