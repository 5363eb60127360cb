import { needOf, type Coefficients } from './cost-model.ts'
import { amountsOfDemand } from './demand-amounts.ts'
import type { Assumptions, Demand } from './demand.ts'
import { smallestFrom } from './smallest-from.ts'

/**
 * Cores per gateway: to receive and answer messages, and to register and renew the identities that
 * it hosts.
 */
export function gatewayCores(demand: Demand, coefficients: Coefficients): number {
  const amounts = amountsOfDemand(demand)
  const receivingUs = needOf(coefficients, 'gateway.cpuUs', amounts)
  const writingUs = needOf(coefficients, 'writer.cpuUs', amounts)
  return (receivingUs + writingUs) / demand.gateways / 1e6
}

/**
 * The number of gateways that a demand needs, at least as many as requested. More gateways mean more
 * messages, but fewer for each.
 */
export function gatewaysFor(
  demand: Demand,
  { utilisation }: Assumptions,
  coefficients: Coefficients,
): number {
  return smallestFrom(
    demand.gateways,
    (gateways) => gatewayCores({ ...demand, gateways }, coefficients) <= utilisation,
  )
}
