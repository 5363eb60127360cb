import type { OperationSlo, Slo, Slos } from './slo.ts'

/** A load that is offered another number of requests than its scenario says. */
export interface Rescaling {
  /** Requests in the scenario's own schedule. */
  readonly own: number
  /** Requests in the one that it gets. */
  readonly offered: number
}

/**
 * SLOs for another rate: throughput bounds in the proportion of the requests, everything else as it
 * is. At least 150 of 200 requests/s become at least 300 of 400.
 */
export function scaleThroughput(slos: Slos, scale: Rescaling): Slos {
  return isList(slos) ? slos.map((slo) => scaleOne(slo, scale)) : scaleOne(slos, scale)
}

function isList(slos: Slos): slos is readonly Slo[] {
  return Array.isArray(slos)
}

function scaleOne(slo: Slo, scale: Rescaling): Slo {
  if (slo.operations === undefined) return scaleOperation(slo, scale)
  const operations = Object.fromEntries(
    Object.entries(slo.operations).map(([name, of]) => [name, scaleOperation(of, scale)]),
  )
  return { ...scaleOperation(slo, scale), operations }
}

function scaleOperation<S extends OperationSlo>(slo: S, { own, offered }: Rescaling): S {
  if (slo.throughput === undefined) return slo
  const { min, max } = slo.throughput
  return {
    ...slo,
    throughput: {
      ...(min === undefined ? {} : { min: (min * offered) / own }),
      ...(max === undefined ? {} : { max: (max * offered) / own }),
    },
  }
}
