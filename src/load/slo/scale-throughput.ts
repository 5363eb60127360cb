import type { Limits } from './bound-parts.ts'
import type { OperationSlo, Slo, Slos } from './slo.ts'

/** A load that is offered another number of requests than its scenario says. */
export interface Rescaling {
  /** Requests in the scenario's own schedule. */
  readonly own: number
  /** Requests in the one that it gets. */
  readonly offered: number
}

/**
 * SLOs for another rate: bounds on throughput, and on what is counted, in the proportion of the requests;
 * everything else as it is. At least 150 of 200 requests/s become at least 300 of 400.
 */
export function scaleThroughput(slos: Slos, scale: Rescaling): Slos {
  return isList(slos) ? slos.map((slo) => scaleOne(slo, scale)) : scaleOne(slos, scale)
}

function isList(slos: Slos): slos is readonly Slo[] {
  return Array.isArray(slos)
}

function scaleOne(given: Slo, scale: Rescaling): Slo {
  const slo = given.metrics === undefined ? given : scaleMetrics(given, given.metrics, scale)
  if (slo.operations === undefined) return scaleOperation(slo, scale)
  const operations = Object.fromEntries(
    Object.entries(slo.operations).map(([name, of]) => [name, scaleOperation(of, scale)]),
  )
  return { ...scaleOperation(slo, scale), operations }
}

function scaleOperation<S extends OperationSlo>(slo: S, scale: Rescaling): S {
  if (slo.throughput === undefined) return slo
  return { ...slo, throughput: scaleLimits(slo.throughput, scale) }
}

function scaleMetrics(slo: Slo, metrics: NonNullable<Slo['metrics']>, scale: Rescaling): Slo {
  const scaled = Object.entries(metrics).map(([name, metric]) => {
    const { total, perSecond } = metric
    const counted = {
      ...(total === undefined ? {} : { total: scaleLimits(total, scale) }),
      ...(perSecond === undefined ? {} : { perSecond: scaleLimits(perSecond, scale) }),
    }
    return [name, { ...metric, ...counted }] as const
  })
  return { ...slo, metrics: Object.fromEntries(scaled) }
}

function scaleLimits({ min, max }: Limits, { own, offered }: Rescaling): Limits {
  return {
    ...(min === undefined ? {} : { min: (min * offered) / own }),
    ...(max === undefined ? {} : { max: (max * offered) / own }),
  }
}
