import { parseDurationMs, type Duration } from '../duration.ts'
import { InputError } from '../input-error.ts'
import { readSlo, type OperationSlo, type Slo, type TimeBounds } from './slo.ts'

/** The text form, a line each. */
export const SLO_FORMS = `p95<10ms                 response time; p50, p95, p99, p99.9 or max
completion.p95<50ms      until the last recipient's receipt
throughput>=80           successful requests/s; or <=; rate is the same
success>99%              share of the requests that succeeded
delivery>98%             share of the expected receipts that arrived
register.p95<10ms        any of these, of one operation
p99<50ms every 5s        in each 5 s; not of completion and delivery`

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

const PERCENTILE_OF: Readonly<Record<string, keyof TimeBounds>> = {
  p50: 'p50',
  p95: 'p95',
  p99: 'p99',
  'p99.9': 'p999',
  p999: 'p999',
  max: 'max',
}

const METRIC =
  /^(?:(?<operation>[\w-]+)\.)??(?<metric>(?:(?:response|completion)\.)?(?:p50|p95|p99\.9|p99|p999|max)|throughput|rate|success|delivery)$/

function operationAndMetric(name: string): { operation: string | null; metric: string } {
  const { operation, metric } = METRIC.exec(name)?.groups ?? {}
  if (metric !== undefined) return { operation: operation ?? null, metric }
  throw new InputError(
    `SLO: "${name}" is nothing that is measured. Choose p50, p95, p99, p99.9, max, completion.p95, throughput, success or delivery, of all or of one operation, such as register.p95.`,
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
      need('>')
      return { successRate: shareOf(value, text) }
    case 'delivery':
      need('>')
      return { delivery: { rate: shareOf(value, text) } }
    default: {
      need('<')
      const [time, group] = metric.startsWith('completion.')
        ? [metric.slice('completion.'.length), 'completion' as const]
        : [metric.replace(/^response\./, ''), 'response' as const]
      const percentile = PERCENTILE_OF[time]
      return percentile === undefined
        ? refuse(text)
        : { [group]: { [percentile]: duration(value, text) } }
    }
  }
}

/** `99%` or `0.99`. The decimal point is moved in the text, for 99.9 / 100 is not 0.999. */
function shareOf(value: string, text: string): number {
  const percent = /^(.+)%$/.exec(value)?.[1]
  const what = 'a share, such as 99%'
  return percent === undefined
    ? numberOf(value, text, what)
    : Number(`${numberOf(percent, text, what)}e-2`)
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
    `SLO: "${text}" is none. Write what is measured, < or >, and a bound, such as register.p95<10ms or success>99%.`,
  )
}
